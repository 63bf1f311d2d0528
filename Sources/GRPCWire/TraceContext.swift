/// Where a call stands in a distributed trace: what a `traceparent` says (W3C Trace Context, 3.2): the trace, and the caller's span in it.
public struct TraceContext: Sendable, Equatable {
    // Sixteen bytes of which not all are zero, and eight.
    private let traceHigh, traceLow, parent: UInt64

    /// `nil`: it is none, and must be left alone, as if it weren't there.
    public init?(traceparent text: UnsafeRawBufferPointer) {
        // 3.2.1: version-traceid-parentid-flags, of 2, 32, 16 and 2 digits.
        guard text.count >= 55, [2, 35, 52].allSatisfy({ text[$0] == UInt8(ascii: "-") }),
            let version = Self.hexadecimal(text[0..<2]),
            let traceHigh = Self.hexadecimal(text[3..<19]), let traceLow = Self.hexadecimal(text[19..<35]),
            let parent = Self.hexadecimal(text[36..<52]),
            Self.hexadecimal(text[53..<55]) != nil
        else { return nil }
        // ff is no version; what a later one appends follows a dash, and is not looked at; this one appends nothing.
        guard version != 0xFF, text.count == 55 || (version > 0 && text[55] == UInt8(ascii: "-")) else { return nil }
        guard traceHigh | traceLow != 0, parent != 0 else { return nil }
        (self.traceHigh, self.traceLow, self.parent) = (traceHigh, traceLow, parent)
    }

    /// The one `traceparent` of a request; `nil` where there is none, where it is none, and where there are several: nobody knows which counts.
    public init?(_ metadata: MetadataBlock) {
        var found: TraceContext?
        var count = 0
        metadata.forEach { name, value in
            guard name.isEqual(to: "traceparent") else { return }
            count += 1
            found = TraceContext(traceparent: value)
        }
        guard count == 1, let found else { return nil }
        self = found
    }

    /// The trace's id as the header has it: 32 digits.
    public var traceText: String { Self.text(traceHigh) + Self.text(traceLow) }
    /// The caller's span as the header has it: 16 digits.
    public var parentText: String { Self.text(parent) }

    // Lower case alone (3.2.2: HEXDIGLC).
    private static func hexadecimal(_ digits: Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
