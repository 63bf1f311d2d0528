import SwiftProtobuf

/// Memory for an encoded message, without a zeroing or an array around it. Who makes one deallocates it.
@usableFromInline
struct WireBytes: SwiftProtobufContiguousBytes {
    // SAFETY: allocated in init; the owner calls deallocate() once and uses it no more.
    @usableFromInline let memory: UnsafeMutableRawBufferPointer

    @inlinable
    init(repeating: UInt8, count: Int) {
        // The encoder writes every byte: there is nothing to fill.
        memory = .allocate(byteCount: count, alignment: 1)
    }

    @inlinable
    init<S: Sequence>(_ sequence: S) where S.Element == UInt8 {
        let bytes = Array(sequence)
        memory = .allocate(byteCount: bytes.count, alignment: 1)
        memory.copyBytes(from: bytes)
    }

    @inlinable var count: Int { memory.count }

    @inlinable var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    @inlinable
    func deallocate() { memory.deallocate() }

    @inlinable
    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R { try body(raw) }

    @inlinable
    mutating func withUnsafeMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        try body(memory)
    }

    /// The message, encoded.
    @inlinable
    static func of<M: Message>(_ message: M) throws -> WireBytes {
        do {
            return try message.serializedBytes()
        } catch {
            throw RPCError(.internalError, "an answer could not be encoded: \(error)")
        }
    }

    /// The message in those bytes, which need only live until this returns.
    @inlinable
    static func decode<M: Message>(_ type: M.Type, _ bytes: UnsafeRawBufferPointer) throws -> M {
        do {
            return try M(serializedBytes: bytes.bytes)
        } catch {
            throw RPCError(.internalError, "a request could not be decoded as \(M.protoMessageName): \(error)")
        }
    }
}
