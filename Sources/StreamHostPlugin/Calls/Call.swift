import CStreamHost
import SwiftProtobuf
import Synchronization

/// What a call is made from.
struct CallSetup {
    let instance: PluginInstance
    let executor: LoopExecutor
    let method: MethodBox
    let handle: sh_call
    let deadline: Int64
    let head: CallHead
}

/// One call: events of the host on one side, the handler's task on the other.
///
/// It knows nothing of message types: those are the business of the inlinable functions around it, which are compiled anew in the plugin
/// for its own types.
///
/// SAFETY: `@unchecked Sendable` as the constants are constant, `shared` is a mutex, `flags` are atomic, `task` is touched by the host's
/// events alone, which come on the call's loop, one at a time, and `batch` only by who holds `reading`.
@usableFromInline
final class Call: @unchecked Sendable {
    let instance: PluginInstance
    let executor: LoopExecutor
    let method: MethodBox
    let handle: sh_call
    let deadline: Int64
    let head: CallHead
    let shared = Mutex(Shared())
    let flags = CallFlags()
    private var task: Task<Void, Never>?

    @usableFromInline let reading = Atomic<Bool>(false)
    @usableFromInline var batch = RequestBatch()

    /// What events and the handler share.
    struct Shared {
        var cancelled = false
        var finished = false
        /// The identity of the handler's own task, as long as it runs.
        var root: UInt = 0
        /// `on_writable` has come, and no writer has used it to go on without waiting. One that was woken may do so once more, and then queues one
        /// message over the mark: without it, one that is just about to wait could miss the last `on_writable`.
        var writable = false
        /// So many writes have not waited for the queue to drain, so that the handler comes to its next checkpoint soon.
        var hurried: UInt8 = 0
        var writers: [UnsafeContinuation<Void, Never>] = []
        var waits: [CallSignal] = []
        var trailers = Metadata()
        var inbound = InboundQueue()
    }

    init(_ setup: CallSetup) {
        instance = setup.instance
        executor = setup.executor
        method = setup.method
        handle = setup.handle
        deadline = setup.deadline
        head = setup.head
        if head.isResumed { flags.resumed(at: head.checkpoint) }
    }

    var host: HostFunctions {
        @inline(__always) get { instance.host }
    }

    /// Whether the handler runs, or did. On the loop.
    var hasBegun: Bool { task != nil }

    // MARK: The host's events

    func opened() {
        guard method.clientStreams else { return }
        shared.withLock { $0.inbound.demand = InboundQueue.mostMessages }
        host.request(handle, UInt32(InboundQueue.mostMessages))
        run()
    }

    func received(_ message: UnsafeRawBufferPointer) {
        var pause = false
        let compressed = head.mayBeCompressed && host.wasCompressed(handle)
        let reader = shared.withLock { shared in
            pause = shared.inbound.append(message, compressed: compressed)
            return shared.inbound.takeReader()
        }
        if pause { host.request(handle, 0) }
        reader?.resume()
    }

    func halfClosed() {
        let reader = shared.withLock { shared in
            shared.inbound.ended = true
            return shared.inbound.takeReader()
        }
        reader?.resume()
        if !method.clientStreams { run() }
    }

    func becameWritable() {
        wakeWriters { $0.writable = true }
    }

    // All of them: each tries again, or finds that it was cancelled.
    func wakeWriters(_ change: (inout Shared) -> Void) {
        var writers: [UnsafeContinuation<Void, Never>] = []
        shared.withLock { shared in
            change(&shared)
            swap(&writers, &shared.writers)
        }
        for writer in writers { writer.resume() }
    }

    /// The call should end soon: wakes the handler where it waits for something that may never come.
    func drain() {
        let waits = shared.withLock { shared in
            flags.askToDrain()
            return shared.waits
        }
        for signal in waits { signal.callDrains() }
    }

    /// Nobody waits for the answer any more: wakes whatever the handler waits in, and cancels its task.
    func cancel() {
        var waits: [CallSignal] = []
        var reader: UnsafeContinuation<Void, Never>?
        wakeWriters { shared in
            shared.cancelled = true
            shared.inbound.ended = true
            swap(&waits, &shared.waits)
            reader = shared.inbound.takeReader()
        }
        // Of a call whose client went away while it moved: its handler has left something to be cleared.
        if task == nil, head.isResumed, hasRequest { run() }
        task?.cancel()
        reader?.resume()
        for signal in waits { signal.end() }
    }

    private var hasRequest: Bool { shared.withLock { !$0.inbound.isEmpty } }

    // MARK: The handler's task

    /// Runs the handler; its end is the call's. With as little as can be between the task and the handler: a frame that rests as long as
    /// the call does is memory that each open call costs.
    private func run() {
        instance.taskBegan()
        switch method.placement {
        case .loop: task = Task(executorPreference: executor) { [self] in await method.handler(self) }
        case .offloaded: task = Task { [self] in await method.handler(self) }
        }
    }

    /// The first thing that the handler's task does.
    @usableFromInline
    func begin() {
        let root = Self.currentTask
        shared.withLock { $0.root = root }
    }

    /// The last thing that the handler's task does: ends the call, with OK or as the error says.
    @usableFromInline
    func end(_ error: (any Error)? = nil) {
        if flags.isMoving, let error, type(of: error) == CancellationError.self { return letGo() }
        defer { instance.taskEnded() }
        var trailers = Metadata()
        let over = shared.withLock { shared in
            let over = shared.finished || shared.cancelled
            shared.finished = true
            shared.root = 0
            swap(&trailers, &shared.trailers)
            return over
        }
        guard !over else { return }
        guard error != nil || !trailers.entries.isEmpty else { return host.finish(handle) }
        host.finish(handle, error.map(status), trailers: trailers)
    }

    // What a client may know of an error: an RPCError as it is, of any other nothing but that there was one.
    private func status(_ error: any Error) -> RPCError {
        switch error {
        case let error as RPCError: return error
        case is CancellationError: return RPCError(.cancelled, "the call was cancelled")
        default:
            PluginLogger(host: host).error("method \(method.name): a handler threw: \(error)")
            return RPCError(.unknown, "the service failed")
        }
    }

    @usableFromInline var isCancelled: Bool { shared.withLock { $0.cancelled } }

    /// Whether the handler's own task asks: that one is cancelled by ``cancel()`` alone, which wakes it; any other needs a cancellation
    /// handler where it waits.
    var isInRootTask: Bool {
        let current = Self.currentTask
        return current != 0 && shared.withLock { $0.root == current }
    }

    // SAFETY: a current task is one reference, which is read as a number and only compared.
    private static var currentTask: UInt {
        withUnsafeCurrentTask { task in task.map { unsafeBitCast($0, to: UInt.self) } ?? 0 }
    }

    // MARK: Sending

    /// Queues a message. `true`: the queue is full now.
    @usableFromInline
    func send(_ bytes: UnsafeRawBufferPointer) throws -> Bool {
        try flags.willSend()
        return try check(host.send(handle, bytes))
    }

    /// Queues a message that others may send too. `true`: the queue is full now.
    @usableFromInline
    func send(_ buffer: OpaquePointer) throws -> Bool {
        try flags.willSend()
        return try check(host.send(handle, buffer))
    }

    @inline(__always)
    private func check(_ status: sh_status) throws -> Bool {
        guard status < 0 else { return status == sh_status(SH_FULL) }
        guard status == sh_status(SH_TOO_LARGE) else { throw CancellationError() }
        throw RPCError(.resourceExhausted, "the answer is over the host's limit for outgoing messages")
    }

    /// Queues the one answer of a method that has one: its handler has ended, and the call ends now, whether it was to move or not.
    @inlinable
    func answer<M: Message>(_ message: M) throws {
        let bytes = try WireBytes.of(message)
        defer { bytes.deallocate() }
        try sendLast(bytes.raw)
    }

    @usableFromInline
    func sendLast(_ bytes: UnsafeRawBufferPointer) throws {
        _ = try check(host.send(handle, bytes))
    }

    /// Encodes and queues a message. `true`: the queue is full now.
    @inlinable
    func send<M: Message>(_ message: M) throws -> Bool {
        let bytes = try WireBytes.of(message)
        defer { bytes.deallocate() }
        return try send(bytes.raw)
    }

    /// Returns when the outbound queue has drained.
    @usableFromInline
    func drained() async throws {
        if isInRootTask {
            await waitForDrain()
        } else {
            await withTaskCancellationHandler {
                await waitForDrain()
            } onCancel: {
                wakeWriters { _ in }
            }
        }
        if isCancelled || Task.isCancelled { throw CancellationError() }
    }

    private func waitForDrain() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let now = shared.withLock { shared in
                if shared.writable || shared.cancelled || Task.isCancelled || hurries(&shared) {
                    shared.writable = false
                    return true
                }
                shared.writers.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
    }

    // MARK: Receiving

    /// Fills the batch with what has come, waiting for it if need be. `false`: the client has half-closed, and all was taken.
    /// Only for who holds `reading`.
    @usableFromInline
    func fill() async throws -> Bool {
        while true {
            var more = false
            var ended = false
            let filled = shared.withLock { shared in
                ended = shared.inbound.ended
                return shared.inbound.take(into: &batch, more: &more)
            }
            if more { host.request(handle, UInt32(InboundQueue.mostMessages)) }
            if isCancelled || Task.isCancelled { throw CancellationError() }
            if filled { return true }
            // Before the end is told too: the next generation is told it again.
            if flags.isYielding, flags.decideToMove() { throw CancellationError() }
            if ended { return false }
            if isInRootTask {
                await waitForRequest()
            } else {
                await withTaskCancellationHandler {
                    await waitForRequest()
                } onCancel: {
                    shared.withLock { $0.inbound.takeReader() }?.resume()
                }
            }
        }
    }

    private func waitForRequest() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let now = shared.withLock { shared in
                if shared.inbound.hasNews || Task.isCancelled || flags.decideToMove() { return true }
                shared.inbound.reader = continuation
                return false
            }
            if now { continuation.resume() }
        }
    }

    /// Before the next request of the batch is taken.
    @usableFromInline
    func willTake() throws { try flags.willTake() }

    /// The one request of a method that takes one. The host has seen to it that it is there.
    @inlinable
    func onlyRequest<Request: Message>() throws -> Request {
        takeAll()
        guard let request: Request = try batch.next() else { throw RPCError(.internalError, "found no request message") }
        batch.release()
        return request
    }

    @usableFromInline
    func takeAll() {
        var more = false
        shared.withLock { _ = $0.inbound.take(into: &batch, more: &more) }
    }
}
