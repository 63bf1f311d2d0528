import Crypto
import Foundation

/// A file on its way in. One that isn't kept, nor left to another generation, removes itself, however its upload ends.
struct IncomingFile: ~Copyable {
    let id: FileID
    private let layout: StoreLayout
    private let data: OpenFile
    /// `nil`: the upload began in another generation, whose hash can't be taken over; the file is read once more at the end.
    private var hash: SHA256?
    private(set) var size: Int64 = 0
    private var stays = false

    init(in layout: StoreLayout) throws(DiskError) {
        hash = SHA256()
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

    /// Goes on with a file that another generation has left.
    /// - Throws: also where someone has removed it, or it has fewer bytes than it had.
    init(_ id: FileID, size: Int64, in layout: StoreLayout) throws(DiskError) {
        let data = try OpenFile(layout.data(of: id, in: .incoming), .append)
        guard data.lock(.shared), data.isLinked else { throw DiskError(ENOENT, "lock", data.path) }
        guard let found = data.regularSize(), found >= size else { throw DiskError(EIO, "find \(size) bytes in", data.path) }
        // What was written after the last checkpoint comes again.
        if found > size { try data.truncate(to: size) }
        self.id = id
        self.layout = layout
        self.data = data
        self.size = size
    }

    private static func create(_ id: FileID, _ layout: StoreLayout) throws(DiskError) -> OpenFile {
        try Folder.make(layout.path(of: id, in: .incoming))
        do throws(DiskError) {
            let data = try OpenFile(layout.data(of: id, in: .incoming), .create)
            // Shows a store that opens meanwhile that this upload is alive.
            guard data.lock(.shared), data.isLinked else { throw DiskError(ENOENT, "lock", data.path) }
            return data
        } catch {
            layout.remove(id, from: .incoming)
            throw error
        }
    }

    deinit {
        if !stays { layout.remove(id, from: .incoming) }
    }

    mutating func append(_ bytes: Data) throws(DiskError) {
        try data.write(bytes)
        hash?.update(data: bytes)
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
            sha256: try (hash?.finalize() ?? hashOfAll()).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(),
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
        stays = true
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

    private func hashOfAll() throws(DiskError) -> SHA256.Digest {
        let file = try OpenFile(layout.data(of: id, in: .incoming), .read)
        var hash = SHA256()
        var offset: Int64 = 0
        var piece = Data(count: Int(min(size, Self.pieceSize)))
        while offset < size {
            if size - offset < Int64(piece.count) { piece.removeLast(piece.count - Int(size - offset)) }
            try file.readExactly(into: &piece, at: offset)
            hash.update(data: piece)
            offset += Int64(piece.count)
        }
        return hash.finalize()
    }

    private static var pieceSize: Int64 { 1 << 20 }

    /// Leaves the file to another generation. Its data stays open here, and so locked, until that one has it.
    consuming func leave() throws(DiskError) -> LeftFile {
        let lock = try OpenFile(layout.data(of: id, in: .incoming), .append)
        guard lock.lock(.shared) else { throw DiskError(EWOULDBLOCK, "lock", lock.path) }
        stays = true
        return LeftFile(id: id, lock: lock)
    }
}
