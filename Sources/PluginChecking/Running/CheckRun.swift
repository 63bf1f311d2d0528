import Glibc

/// The parent's side: has a plugin checked by children, and goes on behind a check in which one of them ended.
package struct CheckRun: Sendable {
    private let path: String
    private let config: [UInt8]
    private let secondsPerCheck: Int
    private let checks: [Check]
    private let executable: String
    private let isInterrupted: @Sendable () -> Bool

    /// - Parameters:
    ///   - path: The library.
    ///   - config: The plugin's configuration, as JSON.
    ///   - secondsPerCheck: The most that a check may take.
    ///   - only: Beginnings of ids: the checks that are made; empty: all.
    ///   - executable: What is started with `check-child` to do it.
    ///   - isInterrupted: Asked now and then: whether to stop, and clean up.
    package init(
        path: String,
        config: [UInt8] = Array("{}".utf8),
        secondsPerCheck: Int = 10,
        only: [String] = [],
        executable: String = "/proc/self/exe",
        isInterrupted: @escaping @Sendable () -> Bool = { false }
    ) {
        self.isInterrupted = isInterrupted
        self.path = path
        self.config = config
        self.secondsPerCheck = secondsPerCheck
        self.executable = executable
        checks = Check.all.filter { check in only.isEmpty || only.contains { check.id.hasPrefix($0) } }
    }

    /// How many checks are made.
    package var count: Int { checks.count }

    /// Makes the checks. `tell` gets each result, in the order of the list.
    package func run(_ tell: (CheckResult, CheckReport) -> Void) throws(CheckError) -> CheckReport {
        guard let scratch = Scratch.make() else {
            throw CheckError("no folder for temporary files: \(String(cString: strerror(errno))): set TMPDIR to one that can be written to")
        }
        defer { scratch.remove() }
        guard write(config, "\(scratch.path)/\(ChildRun.configFile)"), write([], "\(scratch.path)/\(ChildRun.placeFile)") else {
            throw CheckError("cannot write to \(scratch.path): \(String(cString: strerror(errno)))")
        }
        let state = RunState(report: CheckReport(path: path), pending: checks.filter(\.isDone))
        while !state.pending.isEmpty {
            let before = state.pending.count
            try runChild(scratch, state) { tellAll(state, tell) }
            // A child that ends before it has begun is not started again for ever.
            if state.pending.count == before, let first = state.pending.first {
                state.finish(
                    first,
                    .failed("the checking process ended before this check", wanted: "a process to check in", todo: "report it")
                )
            }
            tellAll(state, tell)
        }
        tellAll(state, tell)
        return state.report
    }

    /// Tells what is next in the list's order, as far as it is known.
    private func tellAll(_ state: RunState, _ tell: (CheckResult, CheckReport) -> Void) {
        while state.told < checks.count {
            let check = checks[state.told]
            if case .derived(let rule) = check.body, state.results[check.id] == nil {
                // A rule's breaches are known when all else was done.
                guard state.pending.isEmpty else { return }
                state.results[check.id] = CheckResult(
                    check,
                    check.obstacle(state.outcomes) ?? Check.outcome(of: rule, state.breaches)
                )
            }
            guard let result = state.results[check.id] else { return }
            state.told += 1
            state.report.results.append(result)
            tell(result, state.report)
        }
    }

    private func runChild(_ scratch: Scratch, _ state: RunState, _ progress: () -> Void) throws(CheckError) {
        let child = try ChildProcess(
            executable: executable,
            arguments: [
                "check-child", path, "--scratch", scratch.path, "--timeout", "\(secondsPerCheck)",
                "--checks", state.pending.map(\.id).joined(separator: ","), "--failed", state.blocking.joined(separator: ","),
            ]
        )
        let limit = UInt64(secondsPerCheck) * 1_000_000_000
        var began = MonotonicClock.now
        var current: Check?
        while true {
            let news = child.news(milliseconds: 50)
            if isInterrupted() {
                child.kill()
                throw CheckError("interrupted")
            }
            for event in news.events {
                switch event {
                case .plugin(let name, let version, let sdk):
                    state.report.plugin = CheckReport.PluginName(name: name, version: version, sdk: sdk)
                case .began(let id):
                    current = checks.first { $0.id == id }
                    began = MonotonicClock.now
                case .breach(let check, let breach):
                    state.breaches.append((check, breach))
                case .ended(let id, let outcome, let log):
                    if let check = checks.first(where: { $0.id == id }) { state.finish(check, outcome, log: log) }
                    current = nil
                case .done:
                    // Nothing more is wanted of it.
                    child.kill()
                    return
                }
            }
            if let end = news.end {
                guard let check = current ?? state.pending.first else { return }
                return state.finish(check, ended(end, check, place(scratch)), output: child.lastOutput)
            }
            if MonotonicClock.now - began > limit {
                let place = place(scratch)
                child.kill()
                guard let check = current ?? state.pending.first else { return }
                state.finish(check, hung(place), output: child.lastOutput)
                return giveUp(state)
            }
        }
    }

    /// A plugin that hangs once does so again: nobody wants to wait for all of it.
    private func giveUp(_ state: RunState) {
        state.hangs += 1
        guard state.hangs == Self.mostHangs else { return }
        for check in state.pending { state.finish(check, .blocked("not tried, as \(Self.mostHangs) checks before it hung")) }
    }

    private static let mostHangs = 3

    private func place(_ scratch: Scratch) -> String {
        let text = ProcessState.contents("\(scratch.path)/\(ChildRun.placeFile)")?.prefix { $0 != "\0" } ?? ""
        return text.isEmpty ? "" : " in \(text)"
    }

    private func ended(_ end: ChildProcess.End, _ check: Check, _ place: String) -> Outcome {
        switch end {
        case .signalled(let number):
            .failed(
                "the plugin crashed with \(SignalName.of(number))\(place)",
                wanted: "no crash, whatever comes: in the host it would end every service",
                todo: "run `\(Self.debugger(check.id, path))` to see where"
            )
        case .exited(let code):
            .failed(
                "the plugin ended the process with exit(\(code))\(place)",
                wanted: "a plugin that answers a failure: the process is the host's, and serves others",
                todo: "return a status with its reason, and leave exit and abort alone"
            )
        }
    }

    private static func debugger(_ id: String, _ path: String) -> String {
        "gdb --args streamhost check-child \(path) --checks \(id)"
    }

    private func hung(_ place: String) -> Outcome {
        .failed(
            "it did not end within \(secondsPerCheck) s\(place.isEmpty ? "" : ": the plugin was\(place)")",
            wanted: place.isEmpty ? "a plugin that comes to rest" : "a return at once: no function of the ABI may block",
            todo: "do what takes time on a thread of your own, and answer from there; or give it more with --timeout"
        )
    }

    private func write(_ bytes: [UInt8], _ path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    }
}

/// What is known, and what is yet to be done.
final class RunState {
    var report: CheckReport
    var pending: [Check]
    var results: [String: CheckResult] = [:]
    var breaches: [(check: String, breach: Breach)] = []
    var told = 0

    var hangs = 0

    var outcomes: [String: Outcome] { results.mapValues(\.outcome) }
    /// Ids without which others can't be made.
    var blocking: [String] { results.values.filter(\.outcome.blocks).map(\.check.id).sorted() }

    init(report: CheckReport, pending: [Check]) {
        self.report = report
        self.pending = pending
    }

    func finish(_ check: Check, _ outcome: Outcome, log: [String] = [], output: [String] = []) {
        pending.removeAll { $0.id == check.id }
        results[check.id] = CheckResult(check, outcome, log: outcome.isFailure ? log : [], output: output)
    }
}

extension Check {
    var isDone: Bool {
        switch body {
        case .done: true
        case .derived: false
        }
    }
}
