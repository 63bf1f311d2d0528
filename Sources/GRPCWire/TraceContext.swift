/// Where a call stands in a distributed trace: what a `traceparent` says (W3C Trace Context, 3.2).
public struct TraceContext: Sendable, Equatable {
    /// The trace's id, sixteen bytes of which not all are zero.
    public let traceID: (high: UInt64, low: UInt64)
    /// The caller's span, not zero.
    public let parentID: UInt64
    /// Whether the caller may have recorded its span.
    public let isSampled: Bool

    private static let fieldStarts = (traceID: 3, parentID: 36, flags: 53, end: 55)

    /// `nil`: it is none, and must be left alone, as if it weren't there.
    public init?(traceparent text: UnsafeRawBufferPointer) {
        let at = Self.fieldStarts
        guard text.count >= at.end, [2, 35, 52].allSatisfy({ text[$0] == UInt8(ascii: "-") }),
            let version = Self.hexadecimal(text[0..<2]),
            let high = Self.hexadecimal(text[at.traceID..<19]),
            let low = Self.hexadecimal(text[19..<35]),
            let parent = Self.hexadecimal(text[at.parentID..<52]),
            let flags = Self.hexadecimal(text[at.flags..<at.end])
        else { return nil }
        // 3.2.2.1: ff is no version; what a later one appends follows a dash, and is not looked at. 3.2.4: this one appends nothing.
        guard version != 0xFF, text.count == at.end || (version > 0 && text[at.end] == UInt8(ascii: "-")) else { return nil }
        guard high | low != 0, parent != 0 else { return nil }
        traceID = (high, low)
        parentID = parent
        isSampled = flags & 1 == 1
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
    public var traceText: String { Self.text(traceID.high) + Self.text(traceID.low) }
    /// The caller's span as the header has it: 16 digits.
    public var parentText: String { Self.text(parentID) }

    /// Whether both stand at the same place of the same trace.
    public static func == (left: Self, right: Self) -> Bool {
        left.traceID == right.traceID && left.parentID == right.parentID && left.isSampled == right.isSampled
    }

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
