/// The `grpc-timeout` header: at most eight digits and one unit of `H M S m u n`.
public enum Timeout {
    /// The duration in nanoseconds; `nil` where the value is malformed.
    /// What lies beyond 292 years is that: no deadline that a clock could reach.
    public static func nanoseconds(_ value: UnsafeRawBufferPointer) -> UInt64? {
        guard value.count >= 2, value.count <= 9, let unit = value.last else { return nil }
        var number: UInt64 = 0
        for byte in value.dropLast() {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        let scale: UInt64
        switch unit {
        case UInt8(ascii: "H"): scale = 3_600_000_000_000
        case UInt8(ascii: "M"): scale = 60_000_000_000
        case UInt8(ascii: "S"): scale = 1_000_000_000
        case UInt8(ascii: "m"): scale = 1_000_000
        case UInt8(ascii: "u"): scale = 1_000
        case UInt8(ascii: "n"): scale = 1
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow ? UInt64(Int64.max) : min(product, UInt64(Int64.max))
    }
}
