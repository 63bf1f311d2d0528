import CStreamHost
import Synchronization

/// Functions of a library that the host has yet to call. As long as there are any, the library must stay mapped: so each of them goes through
/// here, and is counted until it has returned.
///
/// Only for libraries that may be unmapped: it costs an allocation a function.
final class PendingWork: Sendable {
    typealias Function = HostTable.Callback

    /// A function of the plugin's, its argument, and what else may become of the argument.
    ///
    /// SAFETY: `@unchecked Sendable` as it is handed from thread to thread, and used once.
    final class Task: @unchecked Sendable {
        private let function: Function
        private let argument: UnsafeMutableRawPointer?
        private let release: Function?
        private let owner: PendingWork
        fileprivate let timer = Atomic<UInt64>(0)

        fileprivate init(_ function: @escaping Function, _ argument: UnsafeMutableRawPointer?, _ release: Function?, of owner: PendingWork)
        {
            self.function = function
            self.argument = argument
            self.release = release
            self.owner = owner
            owner.tasks.wrappingAdd(1, ordering: .relaxed)
        }

        deinit {
            owner.tasks.wrappingSubtract(1, ordering: .releasing)
        }

        fileprivate func run() { function(argument) }
        fileprivate func drop() { release?(argument) }
        fileprivate func ran() { owner.timerEnded(self) }
    }

    private let tasks = Atomic<Int>(0)
    private let timers = Mutex<[sh_timer: Unmanaged<Task>]>([:])

    /// What is still to be called.
    var counts: (tasks: Int, timers: Int) {
        let timers = timers.withLock { $0.count }
        return (max(tasks.load(ordering: .acquiring) - timers, 0), timers)
    }

    /// The context to post with ``run`` and ``drop``.
    func task(_ function: @escaping Function, _ argument: UnsafeMutableRawPointer?, release: Function? = nil) -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(Task(function, argument, release, of: self)).toOpaque()
    }

    static let run: Function = { context in
        guard let context else { return }
        let task = Unmanaged<Task>.fromOpaque(context).takeRetainedValue()
        task.ran()
        // Counted until it has returned.
        withExtendedLifetime(task) { task.run() }
    }

    static let drop: Function = { context in
        guard let context else { return }
        Unmanaged<Task>.fromOpaque(context).takeRetainedValue().drop()
    }

    // MARK: Timers, which may be cancelled

    /// On the timer's loop, as all that follows.
    func started(_ timer: sh_timer, _ context: UnsafeMutableRawPointer) {
        let task = Unmanaged<Task>.fromOpaque(context)
        guard timer != 0 else { return task.release() }
        task._withUnsafeGuaranteedRef { $0.timer.store(timer, ordering: .relaxed) }
        timers.withLock { $0[timer] = task }
    }

    /// It will not run: its task is given up.
    func cancelled(_ timer: sh_timer) {
        timers.withLock { $0.removeValue(forKey: timer) }?.release()
    }

    private func timerEnded(_ task: Task) {
        let timer = task.timer.load(ordering: .relaxed)
        if timer != 0 { timers.withLock { $0[timer] = nil } }
    }
}
