import CStreamHost
import Glibc

/// Runs tasks on one of the host's loops: what becomes ready there is run before the loop next writes to its sockets.
///
/// SAFETY: `@unchecked Sendable` as `ready` and `drainPosted` are touched on the loop's thread alone. It lives as long as the process, since tasks refer to it without keeping it.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    let loop: sh_loop
    private let host: HostFunctions
    private let thread = pthread_self()
    private var ready: [UnownedJob] = []
    private var drainPosted = false

    /// On the loop's thread.
    init(host: HostFunctions, loop: sh_loop) {
        self.host = host
        self.loop = loop
    }

    /// Whether the calling thread is the loop's.
    @inline(__always)
    var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard isCurrent else { return enqueueForeign(job) }
        ready.append(job)
        guard !drainPosted else { return }
        drainPosted = true
        host.post(loop, { context in LoopExecutor.of(context)?.drain() }, Unmanaged.passUnretained(self).toOpaque())
    }

    // A post of its own for each: so a job comes after all that its thread has sent to the loop before.
    private func enqueueForeign(_ job: UnownedJob) {
        let work = Unmanaged.passRetained(ForeignJob(job, on: self)).toOpaque()
        host.post(loop, { context in ForeignJob.take(context)?.run() }, work)
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> LoopExecutor? {
        context.map { Unmanaged<LoopExecutor>.fromOpaque($0).takeUnretainedValue() }
    }

    private func drain() {
        // What these jobs make ready is posted anew, so that a task that never rests can't keep the loop from its sockets.
        drainPosted = false
        var jobs: [UnownedJob] = []
        swap(&jobs, &ready)
        run(jobs)
        jobs.removeAll(keepingCapacity: jobs.capacity <= 4096)
        if ready.isEmpty { swap(&jobs, &ready) }
    }

    private func run(_ jobs: [UnownedJob]) {
        let executor = asUnownedTaskExecutor()
        for job in jobs { job.runSynchronously(on: executor) }
    }
}

/// A job on its way to a loop.
///
/// SAFETY: `@unchecked Sendable` as it is handed over: made by one thread, run once by the loop's.
private final class ForeignJob: @unchecked Sendable {
    private let job: UnownedJob
    private let executor: LoopExecutor

    init(_ job: UnownedJob, on executor: LoopExecutor) {
        self.job = job
        self.executor = executor
    }

    static func take(_ context: UnsafeMutableRawPointer?) -> ForeignJob? {
        context.map { Unmanaged<ForeignJob>.fromOpaque($0).takeRetainedValue() }
    }

    func run() { job.runSynchronously(on: executor.asUnownedTaskExecutor()) }
}
