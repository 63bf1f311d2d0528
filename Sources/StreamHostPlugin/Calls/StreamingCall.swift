import SwiftProtobuf
import Synchronization

/// A call with any number of requests. They are decoded as they come and wait here; the host is asked for more only as the handler takes
/// them, so that a handler that doesn't read costs bounded memory.
final class StreamingCall<Request: Message>: Call, @unchecked Sendable {
    typealias Handler = @Sendable (RequestStream<Request>, Call) async throws -> Void

    // So many messages, or so many bytes, may wait for the handler.
    private static var mostMessages: Int { 64 }
    private static var mostBytes: Int { 64 * 1024 }

    private struct Inbound {
        var messages: [Request] = []
        var next = 0
        var bytes = 0
        /// How many more the host was asked for.
        var demand = 0
        var ended = false
        var reader: UnsafeContinuation<Void, Never>?

        var count: Int { messages.count - next }

        mutating func take() -> Request? {
            guard next < messages.count else { return nil }
            let message = messages[next]
            next += 1
            if next == messages.count {
                messages.removeAll(keepingCapacity: messages.capacity <= 64)
                next = 0
                bytes = 0
            }
            return message
        }
    }

    private let handler: Handler
    private let inbound = Mutex(Inbound())

    init(_ setup: CallSetup, _ handler: @escaping Handler) {
        self.handler = handler
        super.init(setup)
    }

    // MARK: The host's events

    override func opened() {
        inbound.withLock { $0.demand = Self.mostMessages }
        host.request(handle, UInt32(Self.mostMessages))
        run { [handler] call in
            guard let call = call as? StreamingCall else { return }
            try await handler(RequestStream(call: call), call)
        }
    }

    override func received(_ message: UnsafeRawBufferPointer) {
        let request: Request
        do throws(RPCError) {
            request = try Request(wire: message)
        } catch {
            return reject(error)
        }
        let (reader, pause) = inbound.withLock { inbound in
            inbound.messages.append(request)
            inbound.bytes += message.count
            inbound.demand -= 1
            let pause = inbound.bytes >= Self.mostBytes && inbound.demand > 0
            if pause { inbound.demand = 0 }
            let reader = inbound.reader
            inbound.reader = nil
            return (reader, pause)
        }
        if pause { host.request(handle, 0) }
        reader?.resume()
    }

    override func halfClosed() { end() }

    override func cancel() {
        super.cancel()
        end()
    }

    private func end() {
        let reader = inbound.withLock { inbound in
            inbound.ended = true
            let reader = inbound.reader
            inbound.reader = nil
            return reader
        }
        reader?.resume()
    }

    // MARK: The handler

    enum Next {
        case message(Request)
        case end
        case none
    }

    /// The next message, if it is there already.
    @inline(__always)
    func poll() -> Next {
        let (next, more) = inbound.withLock { inbound -> (Next, Bool) in
            guard let message = inbound.take() else { return (inbound.ended ? .end : .none, false) }
            let more = !inbound.ended && inbound.demand + inbound.count <= Self.mostMessages / 2 && inbound.bytes < Self.mostBytes
            if more { inbound.demand = Self.mostMessages - inbound.count }
            return (.message(message), more)
        }
        if more { host.request(handle, UInt32(Self.mostMessages)) }
        return next
    }

    /// Returns when there may be something to take.
    func wait() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                let now = inbound.withLock { inbound in
                    if inbound.count > 0 || inbound.ended || Task.isCancelled { return true }
                    inbound.reader = continuation
                    return false
                }
                if now { continuation.resume() }
            }
        } onCancel: {
            let reader = inbound.withLock { inbound in
                let reader = inbound.reader
                inbound.reader = nil
                return reader
            }
            reader?.resume()
        }
    }
}

/// The requests of a call, in order, as an `AsyncSequence`. It ends when the client half-closes, and throws `CancellationError` where the
/// call is cancelled.
public struct RequestStream<Request: Message>: AsyncSequence, Sendable {
    let call: StreamingCall<Request>

    /// Takes the requests one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let call: StreamingCall<Request>

        /// The next request; `nil` when the client has half-closed.
        public mutating func next() async throws -> Request? {
            while true {
                switch call.poll() {
                case .message(let message): return message
                case .end:
                    if call.isCancelled { throw CancellationError() }
                    return nil
                case .none:
                    try Task.checkCancellation()
                    await call.wait()
                }
            }
        }
    }

    /// Requests are taken by one iterator at a time.
    public func makeAsyncIterator() -> Iterator { Iterator(call: call) }
}
