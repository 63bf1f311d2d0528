import Glibc
import Synchronization

/// How late a loop comes to what is due: a timer of every tenth of a second, and its delays. What keeps the loop from coming is a handler that
/// blocks it, or more work than a thread can do.
///
/// SAFETY: `@unchecked Sendable` as the loop alone writes, by atomics that any thread may read.
final class LoopLag: @unchecked Sendable {
    private static let interval: UInt64 = 100_000_000

    private let memory: UnsafeMutablePointer<Atomic<Int>>

    init() {
        memory = UnsafeMutableRawPointer.allocateZeroed(byteCount: DurationCounts.size * MemoryLayout<Atomic<Int>>.stride)
            .bindMemory(to: Atomic<Int>.self, capacity: DurationCounts.size)
    }

    deinit { free(memory) }

    private var delays: DurationCounts { DurationCounts(counters: memory) }
    var totals: DurationTotals { delays.totals }

    /// Looks from now on, for as long as the loop. On the loop.
    func watch(_ loop: CallLoop) {
        let due = CallLoop.now &+ Self.interval
        _ = loop.schedule(
            .act { loop in
                loop.lag.delays.add(CallLoop.now &- due)
                loop.lag.watch(loop)
            },
            at: due
        )
    }
}
