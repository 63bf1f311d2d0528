/// Reads the frame headers of what a client sends, and nothing else of it, chunk by chunk.
///
/// nghttp2 tells nobody of DATA for a stream that it doesn't keep, nor of what a PRIORITY frame says once the server takes no priorities.
struct FrameScanner {
    private static let headerCount = 9
    // A PRIORITY frame's header with the stream that it depends on.
    private static let mostCount = 13
    private static let priorityCount = 5

    /// What the scanner knows of a frame.
    struct Frame: Equatable {
        enum Kind { case data, headers, priority, reset, other }

        var kind: Kind
        var stream: Int32
        /// Whether the flag END_STREAM is set, which means something in DATA and HEADERS.
        var endsStream: Bool
        /// The stream that a PRIORITY frame of the right length depends on; else 0.
        var parent: Int32
    }

    // What is left of the preface, or of a frame's payload.
    private var skip = 24
    // A header that has not wholly come.
    private var kept = SIMD16<UInt8>()
    private var keptCount = 0

    /// Tells of each frame whose header ends in this chunk.
    @inline(__always)
    mutating func scan(_ bytes: UnsafeRawBufferPointer, _ body: (Frame) -> Void) {
        var at = 0
        while true {
            let step = min(skip, bytes.count - at)
            skip -= step
            at += step
            guard at < bytes.count else { return }
            if keptCount == 0, bytes.count - at >= Self.mostCount {
                let head = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
                let stream = Int32(
                    truncatingIfNeeded: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 5, as: UInt32.self)) & 0x7fff_ffff
                )
                let parent = Int32(
                    truncatingIfNeeded: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at + 9, as: UInt32.self)) & 0x7fff_ffff
                )
                at += Self.headerCount
                skip = Int(head >> 40)
                body(Self.frame(head, stream, parent))
            } else {
                kept[keptCount] = bytes[at]
                keptCount += 1
                at += 1
                finishKept(body)
            }
        }
    }

    // Tells of the header that was kept, once it is whole.
    private mutating func finishKept(_ body: (Frame) -> Void) {
        guard keptCount >= Self.headerCount else { return }
        func number(_ range: Range<Int>) -> UInt64 { range.reduce(0) { $0 << 8 | UInt64(kept[$1]) } }
        let head = number(0..<8)
        let isPriority = Self.isPriority(head)
        guard !isPriority || keptCount == Self.mostCount else { return }
        skip = Int(head >> 40) - (keptCount - Self.headerCount)
        keptCount = 0
        body(
            Self.frame(
                head,
                Int32(truncatingIfNeeded: number(5..<9) & 0x7fff_ffff),
                isPriority ? Int32(truncatingIfNeeded: number(9..<13) & 0x7fff_ffff) : 0
            )
        )
    }

    // `head`: length (3 bytes), type, flags, and what is of no interest.
    private static func isPriority(_ head: UInt64) -> Bool { head >> 32 & 0xff == 2 && head >> 40 == priorityCount }

    @inline(__always)
    private static func frame(_ head: UInt64, _ stream: Int32, _ parent: Int32) -> Frame {
        let kind: Frame.Kind =
            switch head >> 32 & 0xff {
            case 0: .data
            case 1: .headers
            case 2: .priority
            case 3: .reset
            default: .other
            }
        return Frame(kind: kind, stream: stream, endsStream: head >> 24 & 1 != 0, parent: isPriority(head) ? parent : 0)
    }
}
