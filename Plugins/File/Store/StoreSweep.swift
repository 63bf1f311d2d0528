/// Removes the uploads of processes that have crashed. An upload that still runs, in another generation or process,
/// holds a lock that others share.
struct StoreSweep {
    let layout: StoreLayout

    func run(report: (String) -> Void) throws {
        var removed = 0
        for name in try Folder.names(in: layout.path(of: .incoming)) {
            guard let id = FileID(name) else {
                report("left alone \(layout.path(of: .incoming))/\(name.debugDescription): its name is no file id")
                continue
            }
            if removeUnlessInUse(id) { removed += 1 }
        }
        if removed > 0 { report("removed \(removed) unfinished upload\(removed == 1 ? "" : "s") of an earlier run") }
    }

    /// Removes one upload, unless someone has it.
    @discardableResult
    func removeUnlessInUse(_ id: FileID) -> Bool {
        // Its lock is held until it is gone, so that an upload which begins just now sees that it lost its file, and
        // takes another.
        if let data = try? OpenFile(layout.data(of: id, in: .incoming), .append) {
            guard data.lock(.exclusive) else { return false }
            layout.remove(id, from: .incoming)
        } else {
            layout.remove(id, from: .incoming)
        }
        return true
    }
}
