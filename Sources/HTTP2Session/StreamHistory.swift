/// Which of a client's streams were there, as far as it matters to frames that come for one which isn't any more.
///
/// nghttp2 could keep closed streams itself, which costs hundreds of bytes for each. What a client may have sent before it heard of a reset must
/// be ignored (RFC 9113 5.1), so only streams that it has ended itself are kept, and the latest of them; and identifiers that it has left out.
struct StreamHistory {
    private static let mostGaps = 8

    // The latest streams that the client has ended and that are closed; 0: none.
    private var ended = SIMD16<Int32>(repeating: 0)
    // Those of them whose end is in the chunk that is being read: DATA before it were right.
    private var fresh = SIMDMask<SIMD16<Int32>>(repeating: false)
    private var next = 0
    private var last: Int32 = 0
    private var gaps: [ClosedRange<Int32>] = []

    /// What frames for a stream that isn't there break.
    enum Breach {
        /// RFC 9113 5.1: after END_STREAM or RST_STREAM.
        case closed
        /// RFC 9113 5.1.1: a stream that begins with a lower identifier than another one.
        case lowerIdentifier
    }

    /// The client has ended the stream, or reset it, and now it is closed.
    mutating func closedByClient(_ id: Int32) {
        ended[next] = id
        fresh[next] = true
        next = (next + 1) % ended.scalarCount
    }

    /// A chunk of the client's bytes is to be read.
    mutating func beginChunk() { fresh = SIMDMask(repeating: false) }

    /// Whether a frame of the chunk that has been read, looked at again in its place, came after the client had ended its stream.
    mutating func isLate(_ frame: FrameScanner.Frame) -> Bool {
        guard frame.stream != 0 else { return false }
        let same = ended .== frame.stream
        if frame.kind == .data, any(same .& .!fresh) { return true }
        if frame.kind == .reset || frame.endsStream { fresh = fresh .& .!same }
        return false
    }

    /// HEADERS begin.
    mutating func receivedHeaders(_ id: Int32) -> Breach? {
        guard id <= last else {
            // What is left out is closed with it.
            if id - last > 2, gaps.count < Self.mostGaps { gaps.append((last + 1)...(id - 1)) }
            last = id
            return nil
        }
        // On stream 0 nghttp2 sees to it.
        guard id != 0 else { return nil }
        if gaps.contains(where: { $0.contains(id) }) { return .lowerIdentifier }
        return any(ended .== id) ? .closed : nil
    }
}
