import Crypto
import Foundation

/// A file on its way in. One that isn't kept removes itself, however its upload ends.
struct IncomingFile: ~Copyable {
    let id: FileID
    private let layout: StoreLayout
    private let data: OpenFile
    private var hash = SHA256()
    private var size: Int64 = 0
    private var kept = false

    init(in layout: StoreLayout) throws(DiskError) {
        var attempts = 0
        while true {
            let id = FileID.random()
            do {
                data = try Self.create(id, layout)
                self.id = id
                self.layout = layout
                return
            } catch let error where (error.isNotFound || error.exists) && attempts < 8 {
                // Another process that started just now took it for a crashed one's. (Or the id was there already:
                // never.)
                attempts += 1
            }
        }
    }

    private static func create(_ id: FileID, _ layout: StoreLayout) throws(DiskError) -> OpenFile {
        try Folder.make(layout.path(of: id, in: .incoming))
        do throws(DiskError) {
            let data = try OpenFile(layout.data(of: id, in: .incoming), .create)
            // Shows a store that opens meanwhile that this upload is alive.
            guard data.lock(), data.isLinked else { throw DiskError(ENOENT, "lock", data.path) }
            return data
        } catch {
            layout.remove(id, from: .incoming)
            throw error
        }
    }

    deinit {
        if !kept { layout.remove(id, from: .incoming) }
    }

    mutating func append(_ bytes: Data) throws(DiskError) {
        try data.write(bytes)
        hash.update(data: bytes)
        size += Int64(bytes.count)
    }

    /// Moves the file among the kept ones.
    /// - Parameter durable: Whether to return only when the disk has all of it: the bytes, the
    ///   record, and the names of both.
    consuming func keep(as description: FileDescription, at time: Int64, durable: Bool) throws -> StoredFile {
        let stored = StoredFile(
            id: id,
            filename: description.filename,
            contentType: description.contentType,
            size: size,
            sha256: hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(),
            storedAt: time
        )
        let record = try OpenFile(layout.record(of: id, in: .incoming), .create)
        try record.write(try FileRecord(stored).json())
        if durable {
            try data.sync()
            try record.sync()
            try Folder.sync(layout.path(of: id, in: .incoming))
        }
        try Folder.move(layout.path(of: id, in: .incoming), to: layout.path(of: id, in: .files))
        kept = true
        if durable {
            do {
                try Folder.sync(layout.path(of: .files))
            } catch {
                // The client will be told that there is no file: then there must be none.
                layout.remove(id, from: .files)
                throw error
            }
        }
        return stored
    }
}
