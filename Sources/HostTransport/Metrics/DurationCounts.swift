import Synchronization

/// Durations counted by how long they are, in memory of somebody else's: one thread writes, any reads.
struct DurationCounts {
    /// Upper bounds in nanoseconds of what is counted together; longer ones are counted behind the last.
    static let bounds: [UInt64] = [
        100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000,
        1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]
    /// Counters that it takes: the sum, one a bound, and the rest.
    static let size = bounds.count + 2

    let counters: UnsafeMutablePointer<Atomic<Int>>

    func add(_ nanoseconds: UInt64) {
        let bucket = Self.bounds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
        counters[0].addAlone(Int(clamping: nanoseconds))
        counters[1 + bucket].addAlone(1)
    }

    var totals: DurationTotals {
        var totals = DurationTotals()
        totals.add(self)
        return totals
    }
}

/// Durations by how long they were.
public struct DurationTotals: Sendable, Equatable {
    /// Upper bounds in seconds of what is counted together.
    public static let bounds = DurationCounts.bounds.map { Double($0) / 1e9 }

    /// How many were within each bound, and above the one before; the last count is of those above all.
    public private(set) var counts = [Int](repeating: 0, count: DurationCounts.bounds.count + 1)
    /// All together, in seconds.
    public private(set) var sum = 0.0

    /// None.
    public init() {}

    mutating func add(_ more: DurationCounts) {
        for bucket in counts.indices { counts[bucket] += more.counters[1 + bucket].load(ordering: .relaxed) }
        sum += Double(more.counters[0].load(ordering: .relaxed)) / 1e9
    }
    mutating func add(_ other: Self) {
        for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
        sum += other.sum
    }
}
