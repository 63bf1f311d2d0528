import StreamHostPlugin

/// Where an upload stands: the checkpoint of its call. The bytes themselves are on disk, in the incoming file.
struct UploadPosition: Equatable, Sendable {
    var upload: Upload.Position
    /// The incoming file; `nil`: no byte has come yet.
    var file: FileID?
    /// When the upload began, in nanoseconds of the machine's monotonic clock.
    var begun: Int64

    private static let format: UInt8 = 1

    init(_ upload: Upload, file: FileID?, begun: Int64) {
        self.upload = upload.position
        self.file = file
        self.begun = begun
    }

    var packed: [UInt8] {
        var writer = PackedWriter(capacity: 64)
        writer.put(Self.format)
        writer.put(begun)
        writer.put(file?.description ?? "")
        writer.put(upload.size)
        writer.put(upload.isComplete)
        writer.put(upload.description != nil)
        if let description = upload.description {
            writer.put(description.filename)
            writer.put(description.contentType)
        }
        return writer.bytes
    }

    /// - Throws: where it isn't a position as above.
    init(packed bytes: [UInt8]) throws {
        var reader = PackedReader(bytes)
        let format: UInt8 = try reader.integer()
        guard format == Self.format else { throw Unusable("its format is \(format), known here is \(Self.format)") }
        begun = try reader.integer()
        let id = try reader.string()
        file = FileID(id)
        let size: Int64 = try reader.integer()
        let isComplete = try reader.bool()
        let description =
            try reader.bool() ? FileDescription(filename: try reader.string(), contentType: try reader.string()) : nil
        try reader.end()
        guard id.isEmpty || file != nil, size >= 0, (size > 0) == (file != nil), description != nil || (size == 0 && !isComplete) else {
            throw Unusable("it says \(size) bytes of the file \(id.debugDescription)")
        }
        upload = Upload.Position(size: size, description: description, isComplete: isComplete)
    }

    /// Where a call stood in another generation; `nil`: it is a fresh one.
    static func resumed(in context: CallContext) throws -> UploadPosition? {
        guard let bytes = context.resumedBytes, !bytes.isEmpty else { return nil }
        do {
            return try UploadPosition(packed: bytes)
        } catch {
            throw context.unusableCheckpoint("\(error)")
        }
    }

    /// Why bytes are no position.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
