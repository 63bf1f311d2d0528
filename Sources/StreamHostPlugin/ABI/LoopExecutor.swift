import CStreamHost
import Glibc
import Synchronization

/// Runs tasks on one of the host's loops: what becomes ready there is run before the loop next writes to its sockets.
///
/// SAFETY: `@unchecked Sendable` as `ready` and `drainPosted` are touched on the loop's thread alone; jobs from other threads go through a
/// mutex. It lives as long as the process, since tasks refer to it without keeping it.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {
    let loop: sh_loop
    private let host: HostFunctions
    private let thread = pthread_self()
    private var ready: [UnownedJob] = []
    private var drainPosted = false
    private let foreign = Mutex<[UnownedJob]>([])

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

    private func enqueueForeign(_ job: UnownedJob) {
        let first = foreign.withLock { jobs in
            jobs.append(job)
            return jobs.count == 1
        }
        guard first else { return }
        host.post(loop, { context in LoopExecutor.of(context)?.drainForeign() }, Unmanaged.passUnretained(self).toOpaque())
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

    private func drainForeign() {
        run(
            foreign.withLock { jobs in
                let all = jobs
                jobs = []
                return all
            })
    }

    private func run(_ jobs: [UnownedJob]) {
        let executor = asUnownedTaskExecutor()
        for job in jobs { job.runSynchronously(on: executor) }
    }
}
