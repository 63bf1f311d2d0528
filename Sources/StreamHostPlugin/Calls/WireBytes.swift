import SwiftProtobuf

/// Memory for an encoded message, without a zeroing or an array around it. Who makes one deallocates it.
struct WireBytes: SwiftProtobufContiguousBytes {
    // SAFETY: allocated in init; the owner calls deallocate() once and uses it no more.
    private let memory: UnsafeMutableRawBufferPointer

    init(repeating: UInt8, count: Int) {
        // The encoder writes every byte: there is nothing to fill.
        memory = .allocate(byteCount: count, alignment: 1)
    }

    init<S: Sequence>(_ sequence: S) where S.Element == UInt8 {
        let bytes = Array(sequence)
        memory = .allocate(byteCount: bytes.count, alignment: 1)
        memory.copyBytes(from: bytes)
    }

    var count: Int { memory.count }

    var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    func deallocate() { memory.deallocate() }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R { try body(raw) }

    mutating func withUnsafeMutableBytes<R>(_ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
        try body(memory)
    }
}

extension Message {
    /// The message in those bytes, which need only live until this returns.
    init(wire bytes: UnsafeRawBufferPointer) throws(RPCError) {
        do {
            try self.init(serializedBytes: bytes.bytes)
        } catch {
            throw RPCError(.internalError, "a request could not be decoded as \(Self.protoMessageName): \(error)")
        }
    }
}
