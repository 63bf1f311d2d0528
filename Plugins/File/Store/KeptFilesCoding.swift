import StreamHostPlugin

/// The saved state "file.kept": the ids of the files that a generation has kept since its start. The next one has read the folder when it
/// was started, beside the one that still kept files; the files themselves are on disk, and so is all that is known of them.
///
/// ```
/// files   UInt32, then of each: its id, 32 hexadecimal digits, as a text
/// ```
enum KeptFilesCoding {
    static let schema = "file.kept"
    static let version = 1

    private static let leastFile = 4 + 32

    static func encode(_ files: [FileID]) -> SavedState {
        var writer = PackedWriter(capacity: 4 + leastFile * files.count)
        writer.put(UInt32(clamping: files.count))
        for file in files { writer.put(file.description) }
        return SavedState(schema: schema, version: version, bytes: writer.bytes)
    }

    /// - Throws: where it isn't ours, or is damaged.
    static func decode(_ state: SavedState) throws -> [FileID] {
        try state.require(schema: schema, upTo: version)
        var reader = PackedReader(state.bytes)
        let files = try (0..<reader.count(ofAtLeast: leastFile)).map { _ in
            let text = try reader.string()
            guard let id = FileID(text) else {
                throw RPCError(.failedPrecondition, "the state \(schema) says that \(text.debugDescription) is the id of a file")
            }
            return id
        }
        try reader.end()
        return files
    }
}
