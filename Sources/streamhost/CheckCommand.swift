import ArgumentParser
import Glibc
import HostCore
import PluginChecking

/// `streamhost check LIB`: the judge of plugins.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a plugin against the ABI: each rule a named check, each failure with what to do.",
        usage: "streamhost check LIB [--config JSON|@FILE] [--only ID]... [--json]",
        discussion: """
            The plugin is loaded in a process of its own, and used as clients and hosts do: calls that are answered, cancelled, abandoned, not read; \
            hand-over to a copy of it; retirement. A crash, a hang or an exit fails the check in which it happens, and the others go on.

            EXAMPLES
              streamhost check build/libmine.so
              streamhost check build/libmine.so --only call.unary --timeout 30
              streamhost check build/libmine.so --config '{"folder": "/tmp"}'
              streamhost check --list

            EXIT CODES
              0  the plugin is good   1  a check has failed   2  bad usage
            """
    )

    @Argument(help: ArgumentHelp("The plugin's library.", valueName: "lib"))
    var library: String?

    @Option(name: .long, help: ArgumentHelp("The plugin's configuration: a JSON object, or @ and a file with one.", valueName: "json"))
    var config: String?

    @Option(name: .long, help: ArgumentHelp("Makes only the checks whose ids begin so. May be given more than once.", valueName: "id"))
    var only: [String] = []

    @Option(name: .long, help: ArgumentHelp("The most that each check may take, in seconds.", valueName: "seconds"))
    var timeout: Int = 10

    @Flag(name: .long, help: "Writes the report as one JSON object.")
    var json = false

    @Flag(name: .long, help: "Lists all checks and what they mean.")
    var list = false

    func validate() throws {
        guard (1...3600).contains(timeout) else { throw ValidationError("--timeout: found \(timeout), wanted 1 to 3600 seconds") }
        guard list || library != nil else { throw ValidationError("found no library; wanted one: streamhost check LIB") }
        if let unknown = only.first(where: { id in !Check.all.contains { $0.id.hasPrefix(id) } }) {
            throw ValidationError("--only: found \"\(unknown)\", with which no check's id begins; --list shows them")
        }
    }

    func run() async throws {
        let terminal = Terminal(STDOUT_FILENO)
        var table = CheckTable(width: terminal.width, color: terminal.hasColor)
        guard !list, let library else {
            for line in table.list() { print(line) }
            return
        }
        let (path, config) = (try path(of: library), try configuration())
        // Ended by a signal at once it would leave its temporary files behind.
        let (signals, interrupted) = (HostSignals(), Latch())
        Task {
            if await signals.next() != nil { interrupted.set() }
        }
        let run = CheckRun(path: path, config: config, secondsPerCheck: timeout, only: only) { interrupted.isSet }
        let report: CheckReport
        do throws(CheckError) {
            report = try run.run { result, _ in
                guard !json else { return }
                for line in table.lines(result) { print(line) }
                // Through a pipe each line is to come when it is known, too.
                fflush(nil)
            }
        } catch {
            throw Failure.report(error.description, code: .atRunTime)
        }
        if json {
            print(try CheckJSON.text(report))
        } else {
            for line in table.verdict(report) { print(line) }
        }
        guard report.isGood else { throw ExitCode(Failure.Code.atRunTime.rawValue) }
    }

    private func path(of library: String) throws -> String {
        switch HostPath.find(library) {
        case .success(let path): return path
        case .failure(let error):
            throw Failure.report("\(library): there is no such file; looked at \(error.places.joined(separator: ", "))", code: .badUsage)
        }
    }

    private func configuration() throws -> [UInt8] {
        guard let config else { return Array("{}".utf8) }
        var text = Array(config.utf8)
        if config.hasPrefix("@") {
            let file = String(config.dropFirst())
            guard let bytes = FileBytes.read(file) else {
                throw Failure.report("--config: \(file): \(String(cString: strerror(errno)))", code: .badUsage)
            }
            text = bytes
        }
        if let mistake = CheckJSON.mistake(in: text) { throw Failure.report("--config: \(mistake)", code: .badUsage) }
        return text
    }
}

/// `check-child`: what `check` starts, to be killed by a plugin in its stead.
struct CheckChildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-child",
        abstract: "Makes checks for `streamhost check`.",
        shouldDisplay: false
    )

    @Argument var library: String
    @Option(name: .long) var scratch: String = "/tmp"
    @Option(name: .long) var timeout: Int = 10
    @Option(name: .long) var checks: String = ""
    @Option(name: .long) var failed: String = ""

    /// Begins the checks, which end the process.
    func begin() {
        let plan = ChildRun.Plan(
            path: library,
            scratch: scratch,
            secondsPerCheck: timeout,
            checks: checks.split(separator: ",").map(String.init),
            failed: failed.split(separator: ",").map(String.init)
        )
        // On a thread that is nobody else's: the main one serves the main actor, which is the plugin's too.
        OwnThread.start { ChildRun.run(plan) }
    }
}
