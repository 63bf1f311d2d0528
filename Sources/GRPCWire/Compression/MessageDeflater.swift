import CZlib

/// Compresses messages. For one thread, one message after the other, each in a fresh context.
public final class MessageDeflater {
    private struct Stream {
        // SAFETY: zlib keeps the address; allocated once, and freed in deinit.
        let pointer: UnsafeMutablePointer<z_stream>
        var level: Int32
    }

    private var streams: [MessageEncoding: Stream] = [:]
    private var output = CodecBuffer()

    /// A deflater; it owns no memory until it is used (then a quarter of a MiB for each encoding: zlib's).
    public init() {}

    deinit {
        for stream in streams.values {
            deflateEnd(stream.pointer)
            stream.pointer.deallocate()
        }
    }

    /// The message compressed, valid until the deflater is next used; `nil`: there is no memory for that.
    /// - Parameter level: 1, the fastest, to 9, the smallest.
    public func deflate(_ message: UnsafeRawBufferPointer, _ encoding: MessageEncoding, level: Int) -> UnsafeRawBufferPointer? {
        output.reset()
        guard encoding != .identity, message.count <= Int(UInt32.max), let stream = stream(for: encoding, Int32(clamping: level)) else {
            return nil
        }
        output.grow(to: Int(deflateBound(stream, UInt(message.count))))
        let room = output.room
        stream.pointee.next_in = UnsafeMutablePointer(mutating: message.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(message.count)
        stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: room.count)
        guard CZlib.deflate(stream, Z_FINISH) == Z_STREAM_END else { return nil }
        output.advance(by: room.count - Int(stream.pointee.avail_out))
        return output.written
    }

    private func stream(for encoding: MessageEncoding, _ level: Int32) -> UnsafeMutablePointer<z_stream>? {
        if let made = streams[encoding] {
            deflateReset(made.pointer)
            if made.level != level {
                deflateParams(made.pointer, level, Z_DEFAULT_STRATEGY)
                streams[encoding]?.level = level
            }
            return made.pointer
        }
        let made = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        made.initialize(to: z_stream())
        let result = deflateInit2_(
            made,
            level,
            Z_DEFLATED,
            encoding.windowBits,
            8,  // zlib's default of memory
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard result == Z_OK else {
            made.deallocate()
            return nil
        }
        streams[encoding] = Stream(pointer: made, level: level)
        return made
    }
}
