/// The files that are kept, in memory: by id, and in the list's order.
struct FileIndex: Sendable {
    private struct Key: Comparable {
        let storedAt: Int64
        let id: FileID

        init(_ file: StoredFile) {
            storedAt = file.storedAt
            id = file.id
        }

        // Equal times: by the id, so that the order is the same in every list and after a restart.
        static func < (a: Key, b: Key) -> Bool { (a.storedAt, a.id) < (b.storedAt, b.id) }
    }

    private var files: [FileID: StoredFile] = [:]
    // Oldest first: a new file nearly always goes to the end.
    private var order: [Key] = []

    init(_ files: [StoredFile] = []) {
        for file in files { self.files[file.id] = file }
        order = self.files.values.map { Key($0) }.sorted()
    }

    var count: Int { files.count }

    subscript(id: FileID) -> StoredFile? { files[id] }

    mutating func add(_ file: StoredFile) {
        remove(file.id)
        files[file.id] = file
        let key = Key(file)
        order.insert(key, at: position(of: key))
    }

    mutating func remove(_ id: FileID) {
        guard let file = files.removeValue(forKey: id) else { return }
        order.remove(at: position(of: Key(file)))
    }

    /// Newest first.
    func page(_ page: Page) -> [StoredFile] {
        order.reversed().dropFirst(page.start).prefix(page.size).compactMap { files[$0.id] }
    }

    /// Of the first key that isn't before that one.
    private func position(of key: Key) -> Int {
        var low = 0
        var high = order.count
        if let last = order.last, last < key { return high }
        while low < high {
            let middle = (low + high) / 2
            if order[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
