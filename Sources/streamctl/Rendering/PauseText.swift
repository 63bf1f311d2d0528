import AdminAPI

/// How long calls that moved were not served, out of the host's histogram.
enum PauseText {
    /// "2.1 ms on average, 99 % within 5 ms"; `nil` where no reload was accepted.
    static func words(_ counters: Streamhost_Admin_V1_ReloadCounters) -> String? {
        guard let average = average(counters) else { return nil }
        let bound = percentile(99, counters).map { ", 99 % \($0)" } ?? ""
        return "\(Human.milliseconds(average)) on average\(bound)"
    }

    static func average(_ counters: Streamhost_Admin_V1_ReloadCounters) -> Double? {
        counters.accepted > 0 ? counters.pauseSumMs / Double(counters.accepted) : nil
    }

    /// "within 5 ms": the upper bound of the bucket that holds the percentile; "over 100 ms" in the last one, which has none.
    static func percentile(_ percent: Int64, _ counters: Streamhost_Admin_V1_ReloadCounters) -> String? {
        let total = counters.pauseCount.reduce(0, +)
        guard total > 0 else { return nil }
        // Rounded up: of one value, the 99th percentile is that value.
        let wanted = (total * percent + 99) / 100
        var seen: Int64 = 0
        for (index, count) in counters.pauseCount.enumerated() {
            seen += count
            guard seen >= wanted else { continue }
            if index < counters.pauseUpperBoundMs.count { return "within \(Human.milliseconds(counters.pauseUpperBoundMs[index]))" }
            return counters.pauseUpperBoundMs.last.map { "over \(Human.milliseconds($0))" }
        }
        return nil
    }
}
