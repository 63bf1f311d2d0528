import GRPCWire
import NIOCore

/// A message, framed once, that can be queued on any number of calls without a copy.
///
/// SAFETY: `@unchecked Sendable` as the bytes are written only by who made it, before it is first sent, and only read afterwards;
/// the reference count is Swift's own.
public final class SharedBytes: @unchecked Sendable {
    let framed: ByteBuffer
    /// Where the message's bytes lie, to be filled before it is first sent. Valid as long as this object.
    public let bytes: UnsafeMutableRawBufferPointer

    /// Room for a message of `count` bytes.
    public init(count: Int) {
        var buffer = ByteBufferAllocator().buffer(capacity: MessagePrefix.size + count)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: MessagePrefix.size + count) { memory in
            if let base = memory.baseAddress { MessagePrefix.write(length: count, to: base) }
            return MessagePrefix.size + count
        }
        // SAFETY: a ByteBuffer's memory neither moves nor is freed while one that shares it lives and none is written to; `framed`
        // is a constant, and slices of it are only read.
        bytes = buffer.withUnsafeMutableReadableBytes { memory in
            UnsafeMutableRawBufferPointer(rebasing: memory[MessagePrefix.size...])
        }
        framed = buffer
    }

    /// Bytes of the message, without the prefix.
    public var count: Int { bytes.count }
}
