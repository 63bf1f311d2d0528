import GRPCWire
import Synchronization

@testable import HostTransport

/// Writes down its events, and does what the test says on each.
final class RecordingHandler: CallHandler {
    let kind: MethodKind
    let path: [UInt8]
    let group: CallGroup
    let counts: MethodCounts
    let policy: ReloadPolicy
    var keepsRequest: Bool { policy == .migrate && !kind.clientStreams }
    /// What it answers where a call is to move.
    let answer: YieldAnswer
    /// Whether it takes calls.
    let takes: Bool
    private let record = Mutex<[String]>([])
    private let onEvent: @Sendable (ServerCall, String) -> Void

    init(
        _ kind: MethodKind,
        path: String = "/a.B/C",
        group: CallGroup = CallGroup(loops: 1),
        counts: MethodCounts = MethodCounts(loops: 1),
        policy: ReloadPolicy = .pin,
        answer: YieldAnswer = .stays,
        takes: Bool = true,
        onEvent: @escaping @Sendable (ServerCall, String) -> Void = { _, _ in }
    ) {
        self.kind = kind
        self.path = Array(path.utf8)
        self.group = group
        self.counts = counts
        self.policy = policy
        self.answer = answer
        self.takes = takes
        self.onEvent = onEvent
    }

    var events: [String] { record.withLock { $0 } }

    private func note(_ call: ServerCall, _ event: String) {
        record.withLock { $0.append(event) }
        onEvent(call, event)
    }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool {
        note(call, resumed ? "resumed \(String(decoding: call.checkpoint, as: UTF8.self))" : "opened")
        return takes
    }

    func yield(_ call: ServerCall) -> YieldAnswer {
        note(call, "yield")
        return answer
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        note(call, "message \(String(decoding: message, as: UTF8.self))")
    }

    func halfClosed(_ call: ServerCall) { note(call, "half-close") }
    func writable(_ call: ServerCall) { note(call, "writable") }
    func drain(_ call: ServerCall) { note(call, "drain") }
    func cancelled(_ call: ServerCall, reason: CancelReason) { note(call, "cancelled \(reason)") }
    func closed(_ call: ServerCall) { note(call, "closed") }
}
