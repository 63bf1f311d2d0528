extension RPCError.RetryPushback {
    /// The trailer that tells it: milliseconds, or a negative number.
    var trailer: Metadata.Entry {
        let text =
            switch self {
            case .after(let pause): "\(Self.milliseconds(pause))"
            case .never: "-1"
            }
        return Metadata.Entry(name: "grpc-retry-pushback-ms", value: Array(text.utf8))
    }

    // Clients read an Int32, and take anything that is none for "not at all". A part of a millisecond counts as one.
    private static func milliseconds(_ pause: Duration) -> Int32 {
        let (seconds, attoseconds) = pause.components
        let whole = min(max(seconds, 0), Int64(Int32.max)) * 1000
        let rest = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: max(whole + rest, 0))
    }
}
