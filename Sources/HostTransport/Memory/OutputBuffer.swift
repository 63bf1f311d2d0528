import NIOCore

/// Where the frames of a connection are gathered before they go to its channel. One serves all connections of a loop, as they are
/// flushed one after the other; its memory is used again as soon as the socket has taken what it held.
struct OutputBuffer {
    // Frames are gathered up to so many bytes.
    static let chunk = 64 * 1024

    private var buffer = ByteBuffer()
    private var taken = true

    /// Bytes gathered since the last ``take()``.
    var count: Int { taken ? 0 : buffer.readableBytes }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if taken {
            // In place where nobody else holds the memory any more, else in memory of its own.
            buffer.clear(minimumCapacity: Self.chunk + 32 * 1024)
            taken = false
        }
        buffer.writeBytes(bytes)
    }

    mutating func take() -> ByteBuffer {
        taken = true
        return buffer
    }
}
