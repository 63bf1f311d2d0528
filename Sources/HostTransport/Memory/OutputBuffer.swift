import NIOCore

/// Where the frames of a connection are gathered before they go to its channel. One serves all connections of a loop, as they are
/// flushed one after the other.
struct OutputBuffer {
    // Frames are gathered up to so many bytes, and the frame that goes over.
    static let chunk = 64 * 1024
    // Room for that frame: nghttp2 makes none larger than 16 KiB, and a header block is at most 64.
    private static let capacity = chunk + 32 * 1024

    private var buffer = ByteBufferAllocator().buffer(capacity: capacity)
    // What is in the buffer is the channel's; its memory is ours again when the socket has taken it.
    private var taken = false

    /// Bytes gathered since the last ``take()``.
    var count: Int { taken ? 0 : buffer.readableBytes }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if taken { discard() }
        buffer.writeBytes(bytes)
    }

    /// What was gathered. A little is copied into memory of its own: the channel keeps what its socket doesn't take, and counts the bytes
    /// and not the memory around them.
    mutating func take() -> ByteBuffer {
        guard buffer.readableBytes <= Self.chunk / 4 else {
            taken = true
            return buffer
        }
        let copy = ByteBuffer(bytes: buffer.readableBytesView)
        discard()
        return copy
    }

    /// Forgets what was gathered.
    mutating func discard() {
        taken = false
        // In place where nobody else holds the memory, else in memory of its own.
        if buffer.capacity <= Self.capacity * 2 {
            buffer.clear(minimumCapacity: Self.capacity)
        } else {
            buffer = ByteBufferAllocator().buffer(capacity: Self.capacity)
        }
    }
}
