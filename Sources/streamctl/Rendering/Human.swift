import Glibc

/// Sizes, times and counts as a person reads them.
enum Human {
    /// "512 B", "1.5 KiB", "85 MiB".
    static func bytes(_ count: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(count)
        var unit = 0
        // What would be rounded to 1024 is 1 of the next unit.
        while abs(value) >= 1023.5, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return "\(unit == 0 ? "\(count)" : shortest(value)) \(units[unit])"
    }

    /// "0.4 ms", "12 ms", "1.5 s", "3m 12s", "4h 5m", "3d 4h"; "-" for what is no time.
    static func milliseconds(_ value: Double) -> String {
        guard value.isFinite, value >= 0 else { return "-" }
        if value < 999.5 { return "\(shortest(value)) ms" }
        if value < 59_950 { return "\(shortest(value / 1000)) s" }
        // No time is longer than Int64 can count, and none that is worth telling.
        let seconds = Int64(min(value / 1000, 1e15))
        switch seconds {
        case ..<3600: return "\(seconds / 60)m \(seconds % 60)s"
        case ..<86_400: return "\(seconds / 3600)h \(seconds % 3600 / 60)m"
        default: return "\(seconds / 86_400)d \(seconds % 86_400 / 3600)h"
        }
    }

    /// "0", "0.4", "38", "12k", "1.3M" of something a second.
    static func rate(_ value: Double) -> String {
        guard value.isFinite, value > 0 else { return "0" }
        if value < 999.5 { return shortest(value) }
        if value < 999_500 { return "\(shortest(value / 1000))k" }
        return "\(shortest(value / 1_000_000))M"
    }

    /// "1 call", "2 calls".
    static func count(_ number: Int64, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// A moment, in milliseconds since 1970, in UTC as the host's log has it: "2026-01-05T08:12:52.123Z"; "-" for none.
    static func moment(_ milliseconds: Int64) -> String {
        guard milliseconds > 0 else { return "-" }
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "-" }
        let date = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let clock = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(clock).\(padded(Int(milliseconds % 1000), 3))Z"
    }

    /// Two digits that count: "0.41", "1.5", "12", "985"; nothing behind the point that is zero.
    private static func shortest(_ value: Double) -> String {
        let digits = value >= 9.95 ? 0 : value >= 0.995 ? 1 : 2
        let scale = [1.0, 10.0, 100.0][digits]
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int64(rounded))" : "\(rounded)"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
