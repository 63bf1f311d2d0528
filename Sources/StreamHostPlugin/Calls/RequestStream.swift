import SwiftProtobuf
import Synchronization

/// The requests of a call, in order, as an `AsyncSequence`. It ends when the client half-closes, and throws `CancellationError` where the
/// call is cancelled.
public struct RequestStream<Request: Message>: AsyncSequence, Sendable {
    @usableFromInline let call: Call

    @inlinable
    init(call: Call) { self.call = call }

    /// Takes the requests one by one. Where one iterator stops another goes on; two tasks may not take at the same time.
    public struct Iterator: AsyncIteratorProtocol {
        @usableFromInline let call: Call

        @inlinable
        init(call: Call) { self.call = call }

        /// The next request; `nil` when the client has half-closed.
        @inlinable
        public mutating func next() async throws -> Request? {
            guard !call.reading.exchange(true, ordering: .acquiring) else {
                throw RPCError(.internalError, "two tasks take the requests of one call at the same time")
            }
            defer { call.reading.store(false, ordering: .releasing) }
            while true {
                if let request: Request = try call.batch.next() { return request }
                guard try await call.fill() else { return nil }
            }
        }
    }

    /// An iterator that goes on where others have stopped.
    @inlinable
    public func makeAsyncIterator() -> Iterator { Iterator(call: call) }
}
