import CStreamHost
import PluginLoading

extension Check {
    /// A field number and a length that no protobuf message begins with.
    private static let garbage = [UInt8](repeating: 0xFF, count: 17)
    private static let manyCalls = 64
    private static let manyMessages = 40

    static let scenarios: [Scenario] = [
        Scenario(
            id: "empty",
            title: "an empty request is answered",
            meaning:
                "a request of no bytes, which every protobuf message may be, then the half-close. The call ends with an answer or a status; where "
                + "the server streams it may also stay open."
        ) { subject in
            let call = try subject.open()
            subject.request(call, [])
            return try subject.awaitEnd(call, after: "an empty request and the half-close")
        },
        Scenario(
            id: "request",
            title: "a filled request is answered",
            meaning: "a request with something in every field, made from the descriptors, then the half-close. As with the empty one."
        ) { subject in
            guard let sample = subject.sample() else { throw Stop(.skipped("no descriptors to make a request from")) }
            let call = try subject.open()
            subject.request(call, sample)
            return try subject.awaitEnd(call, after: "a request with every field filled and the half-close")
        },
        Scenario(
            id: "garbage",
            title: "bytes that are no message are answered",
            meaning: "a request of bytes that no protobuf message begins with. The call ends with a status, and the plugin goes on."
        ) { subject in
            let call = try subject.open()
            subject.request(call, garbage)
            return try subject.awaitEnd(call, after: "a request of \(garbage.count) bytes that are no protobuf message")
        },
        Scenario(
            id: "halfclosed",
            title: "a half-close without a message is answered",
            meaning: "the client says at once that it sends nothing. The call ends; a bidirectional one may stay open.",
            isFor: \.clientStreams
        ) { subject in
            let call = try subject.open()
            subject.request(call, [], times: 0)
            return try subject.awaitEnd(call, after: "a half-close without a message")
        },
        Scenario(
            id: "demand",
            title: "\(manyMessages) messages are all taken",
            meaning: "the plugin asks for more (`request`) until it has all of \(manyMessages) messages, or ends the call.",
            isFor: \.clientStreams,
            run: demand
        ),
        Scenario(
            id: "unread",
            title: "waits where the client doesn't read",
            meaning:
                "every send is answered with SH_FULL: the plugin stops sending until on_writable, so that a slow client costs bounded memory.",
            isFor: \.serverStreams,
            run: unread
        ),
        Scenario(
            id: "cancelled.early",
            title: "may be cancelled before the request",
            meaning: "the client cancels when the call has opened, before a message: on_cancel, on_close, nothing else."
        ) { subject in
            let call = try subject.open()
            subject.cancel(call)
            return nil
        },
        Scenario(
            id: "cancelled",
            title: "may be cancelled with the request",
            meaning: "the client cancels as soon as the plugin has the request, before timers or threads have answered."
        ) { subject in
            let call = try subject.open()
            subject.request(call, subject.sample() ?? [], halfClose: !subject.kind.clientStreams)
            _ = subject.context.loop.pump(CheckLoop.Patience(most: subject.context.patience, ahead: 0, untilQuiet: true)) {
                !call.delivered.isEmpty && (call.halfCloseTold || !call.halfClosed)
            }
            subject.cancel(call)
            return nil
        },
        Scenario(
            id: "abandoned",
            title: "may be abandoned in the middle",
            meaning:
                "the connection is lost while the call works and its answers wait to be read: on_cancel with SH_CANCEL_CONNECTION_LOST."
        ) { subject in
            let call = try subject.open(reads: false)
            subject.request(call, subject.sample() ?? [], halfClose: !subject.kind.clientStreams)
            subject.context.settle()
            subject.cancel(call, SH_CANCEL_CONNECTION_LOST)
            return nil
        },
        Scenario(
            id: "deadline",
            title: "may run into its deadline",
            meaning:
                "the call has a deadline of a second, which passes while the client waits: on_cancel with SH_CANCEL_DEADLINE, where it still runs.",
            run: deadline
        ),
        Scenario(
            id: "many",
            title: "\(manyCalls) calls at once",
            meaning:
                "\(manyCalls) calls are opened before the first request comes, a quarter of them is cancelled; the others end as one alone does.",
            run: many
        ),
    ]

    private static func demand(_ subject: Subject) throws -> String? {
        let call = try subject.open()
        subject.request(call, subject.sample() ?? [], times: manyMessages)
        subject.context.settle()
        let all = subject.context.loop.pump(CheckLoop.Patience(most: subject.context.patience, ahead: 60_000_000_000, untilQuiet: false)) {
            call.isClosed || call.halfCloseTold
        }
        guard !all else { return nil }
        throw Stop(
            "\(subject.name): took \(call.delivered.count) of \(manyMessages) messages, and asked for no more",
            wanted: "all of them taken, or the call ended",
            todo: "call `request` when a message is dealt with: a call begins with a demand of one"
        )
    }

    /// How many messages a handler may have on their way when it learns that the queue is full.
    private static let mostInFlight = 16

    private static func unread(_ subject: Subject) throws -> String? {
        let usual = subject.instance.host.highWater
        subject.instance.change { subject.instance.host.highWater = 1 }
        defer { subject.instance.change { subject.instance.host.highWater = usual } }
        var told = false
        let requests = [subject.sample(number: 100), [UInt8]()].compactMap { $0 }
        for request in requests where !told {
            let call = try subject.open(reads: false)
            subject.request(call, request, times: subject.kind.clientStreams ? manyMessages : 1)
            subject.context.settle(ahead: 10_000_000_000)
            if call.sentOver > mostInFlight {
                throw Stop(
                    "\(subject.name): \(call.sentOver > CheckHost.mostOver ? "over \(CheckHost.mostOver)" : "\(call.sentOver)") messages after SH_FULL",
                    wanted: "none until on_writable: the host keeps all of them in memory",
                    todo: "stop at SH_FULL, and go on in on_writable"
                )
            }
            told = call.awaitsDrain
            // The client reads after all: on_writable comes.
            subject.instance.change { call.reads = true }
            subject.context.settle()
            subject.cancel(call)
        }
        return told ? nil : "\(subject.method.name) sent nothing by itself"
    }

    private static func deadline(_ subject: Subject) throws -> String? {
        let second: UInt64 = 1_000_000_000
        let call = try subject.open(deadline: subject.context.loop.now + second, reads: false)
        subject.request(call, subject.sample() ?? [], halfClose: !subject.kind.clientStreams)
        // The host ends it at its deadline, if the plugin doesn't.
        _ = subject.context.loop.pump(CheckLoop.Patience(most: subject.context.patience, ahead: 2 * second, untilQuiet: false)) {
            call.isClosed
        }
        return nil
    }

    private static func many(_ subject: Subject) throws -> String? {
        let calls = try (0..<manyCalls).map { number in
            do {
                return try subject.open()
            } catch let stop as Stop {
                guard number > 0, case .failed(let reason) = stop.outcome else { throw stop }
                throw Stop("with \(number) calls open, \(reason.found)", wanted: reason.wanted, todo: reason.todo)
            }
        }
        for (number, call) in calls.enumerated() {
            subject.request(call, subject.sample() ?? [])
            if number % 4 == 3 { subject.instance.cancel(call) }
        }
        subject.context.settle()
        guard subject.kind.owesAnswer else { return nil }
        let ended = subject.context.wait { calls.allSatisfy(\.isClosed) }
        guard !ended else { return nil }
        throw Stop(
            "\(subject.name): \(calls.filter { !$0.isClosed }.count) of \(manyCalls) calls got no end",
            wanted: "each of them answered, whatever the others do",
            todo: "keep what belongs to a call in its own state (on_open's `state`), not in globals"
        )
    }
}
