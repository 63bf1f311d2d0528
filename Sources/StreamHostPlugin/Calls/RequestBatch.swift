import SwiftProtobuf

/// Encoded messages one after the other, each with its length before it, that the handler takes one by one.
@usableFromInline
struct RequestBatch {
    @usableFromInline var bytes: [UInt8] = []
    @usableFromInline var offset = 0
    /// Whether the message that was taken last had come compressed.
    @usableFromInline var lastWasCompressed = false

    // Memory up to this is kept for the next batch; a larger piece is given back, so that a call that rests is small.
    private static let keep = 16 * 1024

    @usableFromInline static let lengthSize = MemoryLayout<UInt32>.size
    // Of the length: no message is as long.
    @usableFromInline static let compressedFlag: UInt32 = 1 << 31

    @usableFromInline
    init() {}

    static func append(_ message: UnsafeRawBufferPointer, compressed: Bool, to bytes: inout [UInt8]) {
        // Once for both parts: most calls have one message.
        if bytes.isEmpty { bytes.reserveCapacity(lengthSize + message.count) }
        let length = UInt32(truncatingIfNeeded: message.count) | (compressed ? compressedFlag : 0)
        withUnsafeBytes(of: length) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: message)
    }

    /// Takes other bytes in place of the ones that are used up, and hands over their memory.
    mutating func exchange(_ other: inout [UInt8]) {
        swap(&bytes, &other)
        offset = 0
        if other.capacity > Self.keep { other = [] } else { other.removeAll(keepingCapacity: true) }
    }

    /// Gives the memory back, when all is taken.
    @usableFromInline
    mutating func release() {
        bytes = []
        offset = 0
    }

    /// The word before a message: its length, and the flag.
    @inlinable @inline(__always)
    static func prefix(in bytes: UnsafeRawBufferPointer, of start: Int) -> (length: Int, compressed: Bool) {
        let word = bytes.loadUnaligned(fromByteOffset: start - lengthSize, as: UInt32.self)
        return (Int(word & ~compressedFlag), word & compressedFlag != 0)
    }

    /// Whether there is a next message.
    @inlinable var hasNext: Bool { offset + Self.lengthSize <= bytes.count }

    /// All messages that are left, as bytes.
    func forEachLeft(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var start = offset + Self.lengthSize
            while start <= bytes.count {
                let end = start + Self.prefix(in: bytes, of: start).length
                body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = end + Self.lengthSize
            }
        }
    }

    /// The next message; `nil`: none is left.
    @inlinable
    mutating func next<M: Message>() throws -> M? {
        let start = offset + Self.lengthSize
        guard start <= bytes.count else { return nil }
        var end = start
        var compressed = false
        let message = try bytes.withUnsafeBytes { bytes in
            let prefix = Self.prefix(in: bytes, of: start)
            end = start + prefix.length
            compressed = prefix.compressed
            return try WireBytes.decode(M.self, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
        offset = end
        lastWasCompressed = compressed
        return message
    }
}
