import SwiftProtobuf

/// Encoded messages one after the other, each with its length before it, that the handler takes one by one.
@usableFromInline
struct RequestBatch {
    @usableFromInline var bytes: [UInt8] = []
    @usableFromInline var offset = 0

    // Memory up to this is kept for the next batch; a larger piece is given back, so that a call that rests is small.
    private static let keep = 16 * 1024

    @usableFromInline static let lengthSize = MemoryLayout<UInt32>.size

    @usableFromInline
    init() {}

    static func append(_ message: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        // Once for both parts: most calls have one message.
        if bytes.isEmpty { bytes.reserveCapacity(lengthSize + message.count) }
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: message.count)) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: message)
    }

    /// Takes other bytes in place of the ones that are used up, and hands over their memory.
    mutating func exchange(_ other: inout [UInt8]) {
        swap(&bytes, &other)
        offset = 0
        if other.capacity > Self.keep { other = [] } else { other.removeAll(keepingCapacity: true) }
    }

    /// Whether there is a next message.
    @inlinable var hasNext: Bool { offset + Self.lengthSize <= bytes.count }

    /// All messages that are left, as bytes.
    func forEachLeft(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var start = offset + Self.lengthSize
            while start <= bytes.count {
                let end = start + Int(bytes.loadUnaligned(fromByteOffset: start - Self.lengthSize, as: UInt32.self))
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
        let message = try bytes.withUnsafeBytes { bytes in
            end = start + Int(bytes.loadUnaligned(fromByteOffset: start - Self.lengthSize, as: UInt32.self))
            return try WireBytes.decode(M.self, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
        offset = end
        return message
    }
}
