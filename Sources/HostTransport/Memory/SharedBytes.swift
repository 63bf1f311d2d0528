import GRPCWire
import NIOCore
import Synchronization

/// A message, framed once, that can be queued on any number of calls without a copy.
///
/// SAFETY: `@unchecked Sendable` as the bytes are written only by who made it, before it is first sent, and only read afterwards;
/// the reference count is Swift's own.
public final class SharedBytes: @unchecked Sendable {
    let framed: ByteBuffer
    /// Where the message's bytes lie, to be filled before it is first sent. Valid as long as this object.
    public let bytes: UnsafeMutableRawBufferPointer
    // What others have compressed it to.
    private let compressed = Mutex<[(encoding: MessageEncoding, message: SharedBytes)]>([])

    /// Room for a message of `count` bytes.
    public convenience init(count: Int) { self.init(count: count, compressed: false) }

    private init(count: Int, compressed: Bool) {
        var buffer = ByteBufferAllocator().buffer(capacity: MessagePrefix.size + count)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: MessagePrefix.size + count) { memory in
            if let base = memory.baseAddress { MessagePrefix.write(length: count, compressed: compressed, to: base) }
            return MessagePrefix.size + count
        }
        // SAFETY: a ByteBuffer's memory neither moves nor is freed while one that shares it lives and none is written to; `framed`
        // is a constant, and slices of it are only read.
        bytes = buffer.withUnsafeMutableReadableBytes { memory in
            UnsafeMutableRawBufferPointer(rebasing: memory[MessagePrefix.size...])
        }
        framed = buffer
    }

    /// A message of those bytes.
    public convenience init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count)
        self.bytes.copyBytes(from: bytes)
    }

    /// Bytes of the message, without the prefix.
    public var count: Int { bytes.count }

    /// The message in that encoding: made by the first who asks, and kept for the others.
    func compressed(
        _ encoding: MessageEncoding,
        _ compress: (UnsafeRawBufferPointer) -> UnsafeRawBufferPointer?
    ) -> SharedBytes? {
        if let known = compressed.withLock({ known in known.first { $0.encoding == encoding }?.message }) { return known }
        // Without the lock: two loops that come at the same time do it twice, and neither waits for the other.
        guard let packed = compress(UnsafeRawBufferPointer(bytes)) else { return nil }
        let message = SharedBytes(count: packed.count, compressed: true)
        message.bytes.copyMemory(from: packed)
        compressed.withLock { $0.append((encoding, message)) }
        return message
    }
}
