import Glibc

/// The time of day in UTC, as RFC 3339 writes it, to the millisecond.
enum Timestamp {
    static func now() -> String { text(nanoseconds: nanoseconds()) }

    /// So many nanoseconds after 1970 began.
    static func text(nanoseconds: Int64) -> String {
        var seconds = time_t(nanoseconds / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let milliseconds = String(1000 + nanoseconds % 1_000_000_000 / 1_000_000).dropFirst()
        return "\(date)T\(clock).\(milliseconds)Z"
    }

    /// Milliseconds since 1970.
    static func milliseconds() -> Int64 { nanoseconds() / 1_000_000 }

    /// Nanoseconds since 1970.
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
