import StreamHostPlugin

/// The checkpoint of a stream: how far it is.
struct Progress {
    /// Sent by a server stream, or seen by a client stream.
    var messages: Int64 = 0
    /// Of payload, seen by a client stream.
    var bytes: Int64 = 0

    /// Where the call stood in another generation; a fresh one begins at nothing.
    init(_ context: CallContext) throws {
        guard let checkpoint = context.resumedBytes, !checkpoint.isEmpty else { return }
        do {
            var reader = PackedReader(checkpoint)
            messages = try reader.integer()
            bytes = try reader.integer()
            try reader.end()
        } catch {
            throw context.unusableCheckpoint("\(error)")
        }
    }

    func checkpoint(in context: CallContext) throws {
        try withUnsafeBytes(of: (messages.littleEndian, bytes.littleEndian)) { try context.checkpoint(bytes: $0) }
    }
}
