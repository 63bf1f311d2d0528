import CStreamHost
import Glibc

/// The one loop thread of the hosts in memory. It rests until the checking thread pumps it; then it does what is due, and stops when that
/// is what the pump was for, or nothing more will come.
///
/// Its clock can run ahead of the world's: where nothing happens until a timer, the time in between is not waited for.
///
/// SAFETY: `@unchecked Sendable` as `job` is handed over by `begin` and given back by `finished`; `skew` and `hosts` change while the loop
/// rests, or on its own thread.
final class CheckLoop: @unchecked Sendable {
    /// How long a pump goes on.
    struct Patience {
        /// At the most, in nanoseconds of the world's clock.
        var most: UInt64
        /// How far the loop's clock may run ahead to timers, from where it stands.
        var ahead: UInt64
        /// Ends when nothing has happened for some milliseconds, whatever other threads may yet do.
        var untilQuiet: Bool
    }

    /// So long nothing happens, while all other threads rest, before the clock runs ahead.
    private static let quiet: UInt64 = 5_000_000

    private let begin = Signal()
    private let finished = Signal()
    private let news = Signal()
    private var job: (() -> Void)?
    private var thread = pthread_t()
    private var ownThreads: Set<String> = []
    private var skew: UInt64 = 0
    var hosts: [CheckHost] = []

    init() {
        let own = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<CheckLoop>.fromOpaque(context).takeRetainedValue().serve() }
                return nil
            },
            own
        )
        ownThreads = [ProcessState.mainThread, ProcessState.currentThread]
        // Others that are there already, such as those that run Swift's tasks, may work for the plugin.
        if status == 0 { perform { ownThreads.insert(ProcessState.currentThread) } }
    }

    var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }
    /// The loop's time, in nanoseconds.
    var now: UInt64 { MonotonicClock.now + skew }

    private func serve() {
        while true {
            begin.wait()
            job?()
            job = nil
            finished.raise()
        }
    }

    /// Something came from another thread.
    func wake() { news.raise() }

    /// Runs the closure on the loop's thread, and waits for it.
    func perform(_ body: () -> Void) {
        withoutActuallyEscaping(body) { body in
            job = body
            begin.raise()
            finished.wait()
        }
    }

    /// Runs what is due until `done` holds. `false`: the patience was over, or nothing more can come.
    @discardableResult
    func pump(_ patience: Patience, until done: () -> Bool) -> Bool {
        var held = false
        perform { held = turns(patience, until: done) }
        return held
    }

    /// Runs `body`, a function of the plugin's life cycle, on the calling thread while the loop does what is due.
    func during<R>(_ body: () -> R) -> R {
        let over = Latch()
        return withoutActuallyEscaping({ [self] in _ = turnsWhile(over) }) { turns in
            job = turns
            begin.raise()
            let result = body()
            over.set()
            news.raise()
            finished.wait()
            return result
        }
    }

    private func turnsWhile(_ over: Latch) -> Bool {
        while !over.isSet {
            if !turn() { news.wait(nanoseconds: 1_000_000) }
        }
        return true
    }

    private func turn() -> Bool {
        var worked = false
        for host in hosts where host.turn(now: now) { worked = true }
        return worked
    }

    private func turns(_ patience: Patience, until done: () -> Bool) -> Bool {
        let start = MonotonicClock.now
        let horizon = now + patience.ahead
        var lastWork = start
        while true {
            let worked = turn()
            if done() { return true }
            let time = MonotonicClock.now
            if time - start > patience.most { return false }
            if worked {
                lastWork = time
                continue
            }
            let due = hosts.compactMap(\.nextDue).min().flatMap { $0 <= horizon ? $0 : nil }
            let others = ProcessState.threads().subtracting(ownThreads)
            // Nobody else is there to bring anything: what is not due by time will not come.
            let isQuiet = others.isEmpty || (time - lastWork > Self.quiet && others.allSatisfy(ProcessState.isResting))
            if isQuiet, !hosts.contains(where: \.hasWork) {
                if let due {
                    let current = now
                    if due > current { skew += due - current }
                    lastWork = time
                    continue
                }
                if others.isEmpty || patience.untilQuiet { return false }
            }
            news.wait(nanoseconds: 1_000_000)
        }
    }
}
