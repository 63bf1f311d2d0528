import Foundation

/// Where in the store's folder what is. Paths are made of the folder and of ids, nothing else.
struct StoreLayout: Sendable {
    enum Part: String {
        case files, incoming
    }

    let folder: String

    func path(of part: Part) -> String { "\(folder)/\(part.rawValue)" }
    func path(of id: FileID, in part: Part) -> String { "\(path(of: part))/\(id)" }
    func data(of id: FileID, in part: Part) -> String { "\(path(of: id, in: part))/data" }
    func record(of id: FileID, in part: Part) -> String { "\(path(of: id, in: part))/record.json" }

    func makeFolders() throws(DiskError) {
        for part in [Part.files, .incoming] {
            do {
                try Folder.make(path(of: part))
            } catch let error where error.exists {
                // From an earlier start.
            }
        }
    }

    /// Removes a file and all that we know to belong to it, as far as it is there.
    func remove(_ id: FileID, from part: Part) {
        unlink(data(of: id, in: part))
        unlink(record(of: id, in: part))
        rmdir(path(of: id, in: part))
    }

    /// Reads what is kept under that id.
    /// - Throws: ``DiskError``, or ``FileRecord/Unreadable`` where it is half-written or not ours.
    func load(_ id: FileID) throws -> StoredFile {
        let json = try OpenFile(record(of: id, in: .files), .read).readAll(atMost: FileRecord.mostBytes)
        guard let json else {
            throw FileRecord.Unreadable("its record is over \(FileRecord.mostBytes) bytes, or no file")
        }
        let record = try FileRecord(json: json)
        let size = try OpenFile(data(of: id, in: .files), .read).regularSize()
        guard size == record.size else {
            throw FileRecord.Unreadable(
                "it has \(size.map { "\($0)" } ?? "no") bytes, and its record says \(record.size)"
            )
        }
        return record.file(id)
    }
}
