import CStreamHost
import PluginLoading

extension Check {
    static let calls: [Check] = CallKind.allCases.flatMap { kind in
        scenarios.filter { $0.isFor(kind) }.map { scenario in
            Check(
                "call.\(kind.rawValue).\(scenario.id)",
                .call,
                scenario.title,
                "\(kind.words.prefix(1).uppercased() + kind.words.dropFirst()) methods: \(scenario.meaning)",
                needs: ["registration.start"]
            ) { context in
                try eachMethod(kind, context, scenario.run)
            }
        }
    }

    /// What is done with a call, whatever its kind.
    struct Scenario: Sendable {
        let id: String
        let title: String
        let meaning: String
        var isFor: @Sendable (CallKind) -> Bool = { _ in true }
        /// Answers what is worth a note.
        let run: @Sendable (Subject) throws -> String?
    }

    /// A method under a scenario.
    struct Subject {
        let context: CheckContext
        let instance: Instance
        let kind: CallKind
        let service: PluginService
        let method: PluginMethod

        var name: String { "\(service.name)/\(method.name)" }

        func open(deadline: UInt64? = nil, reads: Bool = true) throws -> CheckCall {
            let call = instance.open((service.name, method), deadline: deadline, reads: reads)
            guard !call.wasRefused else {
                throw Stop(
                    "\(name): on_open answered \(call.openStatus.name)\(call.end == nil ? "" : " after finish")",
                    wanted: "SH_OK, or finish with a status and SH_OK: anything else is INTERNAL to the client",
                    todo: "take the call, and end it with `finish` and a status that says why"
                )
            }
            return call
        }

        /// What the client sends, up to its half-close.
        func request(_ call: CheckCall, _ message: [UInt8], times: Int = 1, halfClose: Bool = true) {
            instance.change {
                call.inbound += [[UInt8]](repeating: message, count: times)
                call.halfClosed = halfClose
            }
        }

        /// With something in every field; `nil`: there are no descriptors.
        func sample(number: UInt64 = 3) -> [UInt8]? {
            SampleRequest(service)?.bytes(method.name, of: service.name, number: number)
        }

        /// Waits for the call's end, and judges it. Answers a note where it may stay open, and does.
        func awaitEnd(_ call: CheckCall, after what: String) throws -> String? {
            if !kind.owesAnswer { context.settle() }
            guard call.isClosed || (kind.owesAnswer && context.wait(until: { call.isClosed })) else {
                guard kind.owesAnswer else { return "\(method.name) stays open" }
                throw Stop(
                    "\(name): \(what), and then no end\(call.sent > 0 ? ", though a message was sent" : ": neither a message nor a status")",
                    wanted: "an answer and `finish`, within \(context.patienceInWords)",
                    todo: "call `finish` on every path; an answer that takes longer needs --timeout"
                )
            }
            try judge(call, after: what)
            return call.end.flatMap { $0.code == 0 ? nil : "\(method.name): \(StatusName.of($0.code))" }
        }

        func judge(_ call: CheckCall, after what: String) throws {
            guard let end = call.end else { return }
            if end.code == 0, kind.owesAnswer, call.sent == 0 {
                throw Stop(
                    "\(name): \(what), and `finish` with SH_GRPC_OK but without a message",
                    wanted: "one message before an OK: the client gets INTERNAL",
                    todo: "send the answer first (an empty message is one), or finish with another status"
                )
            }
            if end.code == Int32(SH_GRPC_UNKNOWN) {
                throw Stop(
                    .warned(
                        "\(name): \(what), and the status UNKNOWN (\(end.message.isEmpty ? "no message" : end.message))",
                        wanted: "a status that tells the client what it may do, such as INVALID_ARGUMENT",
                        todo: "catch the failure, and finish with its own status"
                    )
                )
            }
        }

        /// Ends what is left of the call from the client's side.
        func cancel(_ call: CheckCall, _ reason: sh_cancel_reason = SH_CANCEL_BY_CLIENT) {
            instance.cancel(call, reason)
            _ = context.loop.pump(CheckLoop.Patience(most: context.patience, ahead: 0, untilQuiet: false)) { call.isClosed }
        }
    }

    private static func eachMethod(
        _ kind: CallKind,
        _ context: CheckContext,
        _ run: (Subject) throws -> String?
    ) throws -> Outcome {
        let instance = try context.started()
        defer { context.end(instance) }
        var notes: [String] = []
        var warning: Outcome?
        var seen = false
        for service in instance.services {
            for method in service.methods where method.kind == kind.abiKind {
                seen = true
                let subject = Subject(context: context, instance: instance, kind: kind, service: service, method: method)
                do {
                    if let note = try run(subject) { notes.append(note) }
                } catch let stop as Stop {
                    // A warning of one method doesn't hide a failure of the next.
                    guard case .warned = stop.outcome else { throw stop }
                    warning = warning ?? stop.outcome
                }
                for call in instance.host.locked({ instance.host.openCalls }) { subject.cancel(call) }
            }
        }
        guard seen else { return .skipped("no \(kind.words) method") }
        return warning ?? .passed(note: notes.isEmpty ? nil : notes.joined(separator: ", "))
    }
}
