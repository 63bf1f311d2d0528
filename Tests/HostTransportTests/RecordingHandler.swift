import GRPCWire
import Synchronization

@testable import HostTransport

/// Writes down its events, and does what the test says on each.
final class RecordingHandler: CallHandler {
    let kind: MethodKind
    private let record = Mutex<[String]>([])
    private let onEvent: @Sendable (ServerCall, String) -> Void

    init(_ kind: MethodKind, onEvent: @escaping @Sendable (ServerCall, String) -> Void = { _, _ in }) {
        self.kind = kind
        self.onEvent = onEvent
    }

    var events: [String] { record.withLock { $0 } }

    private func note(_ call: ServerCall, _ event: String) {
        record.withLock { $0.append(event) }
        onEvent(call, event)
    }

    func opened(_ call: ServerCall) -> Bool {
        note(call, "opened")
        return true
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        note(call, "message \(String(decoding: message, as: UTF8.self))")
    }

    func halfClosed(_ call: ServerCall) { note(call, "half-close") }
    func writable(_ call: ServerCall) { note(call, "writable") }
    func cancelled(_ call: ServerCall, reason: CancelReason) { note(call, "cancelled \(reason)") }
    func closed(_ call: ServerCall) { note(call, "closed") }
}
