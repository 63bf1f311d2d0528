import CZlib

/// Undoes what clients have compressed. For one thread, one message after the other, each in a fresh context.
public final class MessageInflater {
    /// What became of a message.
    public enum Outcome {
        /// The message as it was; valid until the inflater is next used.
        case message(UnsafeRawBufferPointer)
        /// It is larger than the limit: no more of it was inflated.
        case tooLarge
        /// It is not what its encoding says, and why.
        case malformed(String)
    }

    // SAFETY: zlib keeps the address of a stream; each is allocated once, and freed in deinit.
    private var streams: [MessageEncoding: UnsafeMutablePointer<z_stream>] = [:]
    private var output = CodecBuffer()

    /// An inflater; it owns no memory until it is used.
    public init() {}

    deinit {
        for stream in streams.values {
            inflateEnd(stream)
            stream.deallocate()
        }
    }

    /// Inflates a message to at most `limit` bytes.
    public func inflate(_ message: UnsafeRawBufferPointer, _ encoding: MessageEncoding, limit: Int) -> Outcome {
        output.reset()
        guard encoding != .identity, message.count > 0 else { return .message(message) }
        guard let stream = stream(for: encoding) else { return .malformed("no memory") }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: message.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: message.count)
        output.grow(to: min(max(message.count * 4, 1024), limit + 1))
        while true {
            let room = output.room
            stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(clamping: room.count)
            let result = CZlib.inflate(stream, Z_NO_FLUSH)
            output.advance(by: room.count - Int(stream.pointee.avail_out))
            guard output.count <= limit else { return .tooLarge }
            switch result {
            case Z_STREAM_END where stream.pointee.avail_in == 0:
                return .message(output.written)
            case Z_STREAM_END where encoding == .gzip:
                // RFC 1952 2.2: a file is any number of members.
                inflateReset(stream)
            case Z_STREAM_END:
                return .malformed("found \(stream.pointee.avail_in) bytes after its end")
            case Z_OK, Z_BUF_ERROR:
                guard stream.pointee.avail_out == 0 else { return .malformed("it ends in the middle") }
                output.grow(to: min(output.capacity * 2, limit + 1))
            default:
                return .malformed(stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(result)")
            }
        }
    }

    private func stream(for encoding: MessageEncoding) -> UnsafeMutablePointer<z_stream>? {
        if let made = streams[encoding] {
            inflateReset(made)
            return made
        }
        let made = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        made.initialize(to: z_stream())
        guard inflateInit2_(made, encoding.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            made.deallocate()
            return nil
        }
        streams[encoding] = made
        return made
    }
}

extension MessageEncoding {
    /// zlib's word for the format: 16 more is gzip's.
    var windowBits: Int32 { self == .gzip ? 15 + 16 : 15 }
}
