import CStreamHost
import SwiftProtobuf
import Synchronization

/// What a call is made from.
struct CallSetup {
    let instance: PluginInstance
    let executor: LoopExecutor
    let placement: HandlerPlacement
    let handle: sh_call
    let deadline: Int64
    let head: CallHead
}

/// One call: events of the host on one side, the handler's task on the other.
///
/// SAFETY: `@unchecked Sendable` as the constants are constant, `shared` is a mutex, `task` and what subclasses say is theirs is touched by
/// the host's events alone, which come on the call's loop, one at a time.
class Call: @unchecked Sendable {
    final let instance: PluginInstance
    final let executor: LoopExecutor
    final let placement: HandlerPlacement
    final let handle: sh_call
    final let deadline: Int64
    final let head: CallHead
    final let shared = Mutex(Shared())
    private final var task: Task<Void, Never>?

    /// What events and the handler share.
    struct Shared {
        var cancelled = false
        var finished = false
        /// `on_writable` has come since the last `full`.
        var writable = false
        var writer: UnsafeContinuation<Void, Never>?
        var waits: [CallSignal] = []
        var trailers = Metadata()
    }

    init(_ setup: CallSetup) {
        instance = setup.instance
        executor = setup.executor
        placement = setup.placement
        handle = setup.handle
        deadline = setup.deadline
        head = setup.head
    }

    final var host: HostFunctions {
        @inline(__always) get { instance.host }
    }

    // MARK: The host's events

    func opened() {}
    func received(_ message: UnsafeRawBufferPointer) {}
    func halfClosed() {}

    final func becameWritable() {
        let waiter = shared.withLock { shared in
            let waiter = shared.writer
            shared.writer = nil
            shared.writable = waiter == nil
            return waiter
        }
        waiter?.resume()
    }

    /// Nobody waits for the answer any more: wakes whatever the handler waits in, and cancels its task.
    func cancel() {
        let (waiter, waits) = shared.withLock { shared in
            shared.cancelled = true
            let both = (shared.writer, shared.waits)
            shared.writer = nil
            shared.waits = []
            return both
        }
        waiter?.resume()
        for signal in waits { signal.end() }
        task?.cancel()
    }

    // MARK: The handler's task

    /// Runs the handler; its end is the call's.
    final func run(_ handler: @escaping @Sendable (Call) async throws -> Void) {
        instance.taskBegan()
        switch placement {
        case .loop:
            task = Task(executorPreference: executor) { [self] in await perform(handler) }
        case .offloaded:
            task = Task { [self] in await perform(handler) }
        }
    }

    private final func perform(_ handler: @Sendable (Call) async throws -> Void) async {
        do {
            try await handler(self)
            finish(nil)
        } catch {
            finish(error)
        }
        instance.taskEnded()
    }

    private final func finish(_ error: (any Error)?) {
        let (already, trailers) = shared.withLock { shared in
            let already = shared.finished || shared.cancelled
            shared.finished = true
            return (already, shared.trailers)
        }
        guard !already else { return }
        guard error != nil || !trailers.entries.isEmpty else { return host.finish(handle) }
        host.finish(handle, error.map(status), trailers: trailers)
    }

    // What a client may know of an error: an RPCError as it is, of any other nothing but that there was one.
    private final func status(_ error: any Error) -> RPCError {
        switch error {
        case let error as RPCError: return error
        case is CancellationError: return RPCError(.cancelled, "the call was cancelled")
        default:
            PluginLogger(host: host).error("a handler threw: \(error)")
            return RPCError(.unknown, "the service failed")
        }
    }

    /// The request can't be read: ends the call in the handler's place.
    final func reject(_ error: RPCError) {
        let already = shared.withLock { shared in
            let already = shared.finished || shared.cancelled
            shared.finished = true
            return already
        }
        guard !already else { return }
        host.finish(handle, error, trailers: Metadata())
        cancel()
    }

    // MARK: Sending

    final var isCancelled: Bool { shared.withLock { $0.cancelled } }

    @inline(__always)
    final func encode<M: Message>(_ message: M) throws -> WireBytes {
        do {
            return try message.serializedBytes()
        } catch {
            throw RPCError(.internalError, "an answer could not be encoded: \(error)")
        }
    }

    @inline(__always)
    final func send<M: Message>(_ message: M) throws -> sh_status {
        let bytes = try encode(message)
        defer { bytes.deallocate() }
        return try check(host.send(handle, bytes.raw))
    }

    @inline(__always)
    final func check(_ status: sh_status) throws -> sh_status {
        guard status < 0 else { return status }
        switch Int(status) {
        case Int(SH_TOO_LARGE): throw RPCError(.resourceExhausted, "the answer is over the host's limit for outgoing messages")
        default: throw CancellationError()
        }
    }

    /// The answer of a method that has one.
    final func sendOnly<M: Message>(_ message: M) throws {
        _ = try send(message)
    }

    /// Returns when the outbound queue has drained.
    final func drained() async throws {
        let writable = shared.withLock { shared in
            let writable = shared.writable || shared.cancelled
            shared.writable = false
            return writable
        }
        if !writable {
            await withTaskCancellationHandler {
                await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
                    let now = shared.withLock { shared in
                        if shared.writable || shared.cancelled {
                            shared.writable = false
                            return true
                        }
                        shared.writer = continuation
                        return false
                    }
                    if now { continuation.resume() }
                }
            } onCancel: {
                becameWritable()
            }
        }
        if isCancelled || Task.isCancelled { throw CancellationError() }
    }
}
