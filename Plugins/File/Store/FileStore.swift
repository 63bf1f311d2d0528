import Foundation
import Synchronization

/// Keeps files in a folder, and knows which there are.
///
/// ```
/// files/<id>/data           the bytes, as they came
/// files/<id>/record.json    name, type, size, checksum, time
/// incoming/<id>/...         the same, not yet whole
/// ```
///
/// A file is there when its folder is renamed from `incoming` to `files`, which is one step, whole or not at all. So
/// `files` holds nothing unfinished, whenever the process or the machine ends.
final class FileStore: Sendable {
    private let layout: StoreLayout
    private let durable: Bool
    private let clock: WallClock
    private let index: Mutex<FileIndex>
    private let handover = Mutex(Handover())

    private struct Handover {
        /// What was kept since the store was opened: another generation's, which opened its own before, doesn't know of it.
        var kept: [FileID] = []
        /// What was left to another generation.
        var left: [FileID: LeftFile] = [:]
    }

    /// Opens the store in that folder; removes what a process that crashed has left in `incoming`.
    /// - Parameters:
    ///   - durable: Whether a file is kept only when the disk has it.
    ///   - report: Takes what an operator should know: what is in the folder and can't be served.
    init(folder: String, durable: Bool, clock: WallClock, report: (String) -> Void) throws {
        layout = StoreLayout(folder: folder)
        self.durable = durable
        self.clock = clock
        try layout.makeFolders()
        try StoreSweep(layout: layout).run(report: report)
        index = Mutex(FileIndex(try StoreScan(layout: layout).run(report: report)))
    }

    /// Begins a file.
    func makeIncoming() throws(DiskError) -> IncomingFile { try IncomingFile(in: layout) }

    /// Ends a file: from here on it is found and listed.
    func keep(_ file: consuming IncomingFile, as description: FileDescription) throws -> StoredFile {
        let stored = try file.keep(as: description, at: clock.unixNanoseconds(), durable: durable)
        index.withLock { $0.add(stored) }
        handover.withLock { $0.kept.append(stored.id) }
        return stored
    }

    // MARK: Hand-over

    /// Files that were kept since the store was opened.
    var kept: [FileID] { handover.withLock { $0.kept } }

    /// Finds files that another generation has kept since this store was opened. One that can't be read now is reported, and found when it
    /// is asked for; one that has been removed meanwhile is none.
    func learn(of files: [FileID], report: (String) -> Void) {
        for id in files {
            do {
                _ = try find(id)
            } catch {
                report("file \(id) is not listed: \(error)")
            }
        }
    }

    /// Leaves an upload to another generation, which goes on with it.
    func leave(_ file: consuming IncomingFile) throws(DiskError) {
        let left = try file.leave()
        handover.withLock { $0.left[left.id] = left }
    }

    /// Goes on with an upload that another generation has left, or this one.
    func resume(_ id: FileID, size: Int64) throws(DiskError) -> IncomingFile {
        let file = try IncomingFile(id, size: size, in: layout)
        handover.withLock { _ = $0.left.removeValue(forKey: id) }
        return file
    }

    // MARK: Files

    /// Takes a file back.
    func remove(_ file: StoredFile) {
        index.withLock { $0.remove(file.id) }
        layout.remove(file.id, from: .files)
    }

    /// The file of that id. One that another process or generation has stored since the start is found too.
    func find(_ id: FileID) throws -> StoredFile? {
        if let known = index.withLock({ $0[id] }) { return known }
        do {
            let found = try layout.load(id)
            index.withLock { $0.add(found) }
            return found
        } catch let error as DiskError where error.isNotFound {
            return nil
        } catch is FileRecord.Unreadable {
            return nil
        }
    }

    /// The file's bytes; `nil` where someone has removed them from the disk, and then the file is no longer listed.
    func open(_ file: StoredFile) throws(DiskError) -> StoredBytes? {
        do {
            return StoredBytes(file: try OpenFile(layout.data(of: file.id, in: .files), .read))
        } catch let error where error.isNotFound {
            index.withLock { $0.remove(file.id) }
            return nil
        }
    }

    /// Newest first, and how many there are in all.
    func list(_ page: Page) -> (files: [StoredFile], count: Int) {
        index.withLock { ($0.page(page), $0.count) }
    }
}

/// The time of day, for tests to set.
struct WallClock: Sendable {
    let unixNanoseconds: @Sendable () -> Int64

    static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
