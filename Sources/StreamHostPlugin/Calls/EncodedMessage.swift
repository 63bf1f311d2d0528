import CStreamHost
import SwiftProtobuf

/// A message that was encoded once, to be sent on any number of calls without a copy.
public final class EncodedMessage<M: Message>: Sendable {
    // SAFETY: a reference of the host's, counted and for any thread; given back in deinit. `bytes` are its own, and constant from init on.
    @usableFromInline nonisolated(unsafe) let buffer: OpaquePointer
    private nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
    private let host: HostFunctions

    /// Encodes the message.
    public convenience init(_ message: M, in context: PluginContext) throws {
        let bytes = try WireBytes.of(message)
        defer { bytes.deallocate() }
        try self.init(encoded: bytes.raw, in: context)
    }

    /// Takes a message that is encoded already, such as one out of a saved state.
    public init(encoded bytes: UnsafeRawBufferPointer, in context: PluginContext) throws {
        guard let (buffer, room) = context.host.createBuffer(bytes.count) else {
            throw RPCError(.resourceExhausted, "no memory for a message of \(bytes.count) bytes")
        }
        room.copyMemory(from: bytes)
        self.buffer = buffer
        self.bytes = UnsafeRawBufferPointer(room)
        host = context.host
    }

    deinit {
        host.releaseBuffer(buffer)
    }

    /// The encoded message, for as long as `body` runs.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R { try body(bytes) }
}
