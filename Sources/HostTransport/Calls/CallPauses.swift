/// How long the calls that moved with a reload were paused: from when a call's handler was asked to let go to when the next one had it.
public struct CallPauses: Sendable, Equatable {
    /// Of half of the calls the pause was no longer than that; zero where none moved.
    public let median: Duration
    /// Of 99 in 100.
    public let percentile99: Duration

    /// - Parameter nanoseconds: the pause of each call, in any order.
    public init(_ nanoseconds: [UInt64]) {
        let sorted = nanoseconds.sorted()
        median = Self.percentile(50, of: sorted)
        percentile99 = Self.percentile(99, of: sorted)
    }

    // The nearest rank: a pause that there was.
    private static func percentile(_ percent: Int, of sorted: [UInt64]) -> Duration {
        guard !sorted.isEmpty else { return .zero }
        return .nanoseconds(Int64(clamping: sorted[(sorted.count * percent + 99) / 100 - 1]))
    }
}
