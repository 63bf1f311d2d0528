import CStreamHost
import SwiftProtobuf

/// Sends the answers of a call.
public struct ResponseWriter<Response: Message>: Sendable {
    @usableFromInline let call: Call

    @inlinable
    init(call: Call) { self.call = call }

    /// Sends an answer, and suspends while the client doesn't read and the call's queue is full.
    /// - Throws: `CancellationError` where nobody waits for it any more, or the call moves to another generation, which then sends it;
    ///   ``RPCError`` RESOURCE_EXHAUSTED where it is over the host's limit.
    @inlinable
    public func write(_ message: Response) async throws {
        if try call.send(message) { try await call.drained() }
    }

    /// Sends an answer that was encoded before, and may be sent on many calls.
    /// - Throws: as ``write(_:)-(Response)`` does.
    @inlinable
    public func write(_ message: EncodedMessage<Response>) async throws {
        if try call.send(message.buffer) { try await call.drained() }
    }
}
