import Foundation

/// A file that is kept.
struct StoredFile: Equatable, Sendable {
    let id: FileID
    let filename: String
    let contentType: String
    let size: Int64
    /// 64 lower-case hexadecimal digits.
    let sha256: String
    /// Nanoseconds since 1970. So fine that files of one millisecond keep their order.
    let storedAt: Int64
}

/// What stands beside a file's bytes, as JSON. The id is the folder's name.
struct FileRecord: Codable, Equatable, Sendable {
    static let currentFormat = 1
    /// Name and type at their longest, each byte as six ("\u0000"), and the rest, stay below it.
    static let mostBytes = 64 * 1024

    var format = FileRecord.currentFormat
    let filename: String
    let contentType: String
    let size: Int64
    let sha256: String
    let storedAtNanoseconds: Int64

    init(_ file: StoredFile) {
        filename = file.filename
        contentType = file.contentType
        size = file.size
        sha256 = file.sha256
        storedAtNanoseconds = file.storedAt
    }

    /// - Throws: where it isn't a record as we write them.
    init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(FileRecord.self, from: json)
        } catch {
            throw Unreadable("its record is no JSON of ours: \(error)")
        }
        guard format == Self.currentFormat else {
            throw Unreadable("its record has the format \(format), known here is \(Self.currentFormat)")
        }
        guard size > 0 else { throw Unreadable("its record says that it has \(size) bytes") }
    }

    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return try encoder.encode(self)
    }

    func file(_ id: FileID) -> StoredFile {
        StoredFile(
            id: id,
            filename: filename,
            contentType: contentType,
            size: size,
            sha256: sha256,
            storedAt: storedAtNanoseconds
        )
    }

    /// Why something on disk isn't a stored file.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
