import Foundation
import Synchronization

/// The actor of suites that have a ``FakeHost``: one thread, as a host's loop is. The main actor's jobs run on threads that change, also between a
/// suite's init and its test, and plugins tell the loop by its thread.
@globalActor public actor LoopThread {
    /// The one there is.
    public static let shared = LoopThread()

    private let executor = ThreadExecutor()

    /// Its thread's.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
}

/// Runs jobs on a thread of its own, one after the other.
///
/// SAFETY: `@unchecked Sendable` as `jobs` is a mutex's and the rest constant. The thread has a reference, and lives as long as the process.
private final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
    private let jobs = Mutex<[UnownedJob]>([])
    private let news = DispatchSemaphore(value: 0)
    private let thread = Mutex<pthread_t?>(nil)

    init() {
        Thread { [self] in
            thread.withLock { $0 = pthread_self() }
            while true {
                news.wait()
                let next = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                next?.runSynchronously(on: asUnownedSerialExecutor())
            }
        }.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        news.signal()
    }

    func checkIsolated() {
        precondition(thread.withLock { $0.map { pthread_equal($0, pthread_self()) != 0 } } == true, "wanted the loop's thread")
    }
}
