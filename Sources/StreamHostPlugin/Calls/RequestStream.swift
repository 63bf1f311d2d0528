import SwiftProtobuf
import Synchronization

/// The requests of a call, in order, as an `AsyncSequence`. It ends when the client half-closes, and throws `CancellationError` where the
/// call is cancelled, or moves to another generation.
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
        /// - Throws: `CancellationError` where the call was cancelled, or moves to another generation; see
        ///   ``CallContext/checkpoint(_:)``.
        @inlinable
        public mutating func next() async throws -> Request? {
            guard !call.reading.exchange(true, ordering: .acquiring) else {
                throw RPCError(.internalError, "two tasks take the requests of one call at the same time")
            }
            defer { call.reading.store(false, ordering: .releasing) }
            while true {
                if call.batch.hasNext {
                    try call.willTake()
                    if let request: Request = try call.batch.next() { return request }
                }
                guard try await call.fill() else { return nil }
            }
        }
    }

    /// Whether the next request is at hand, so that ``Iterator/next()`` returns it without waiting: a handler of many small requests need
    /// set a checkpoint only where this is `false`. For the task that takes the requests.
    @inlinable public var isNextReady: Bool { call.batch.hasNext }

    /// Whether the request that was taken last had come compressed. For the task that takes the requests.
    public var lastWasCompressed: Bool { call.batch.lastWasCompressed }

    /// An iterator that goes on where others have stopped.
    @inlinable
    public func makeAsyncIterator() -> Iterator { Iterator(call: call) }
}
