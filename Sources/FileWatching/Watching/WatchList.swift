/// All that is watched: which inodes that takes, and what the kernel's notices mean for it. Not for two threads at once.
struct WatchList {
    /// A bound on what the watcher takes of the system's watches, far above what plugins need.
    static let maximumWatches = 8192

    let inotify: Inotify
    var settling: Settling
    var files: [String: WatchedFile] = [:]
    var folders: [String: String] = [:]
    var points = WatchPoints()

    /// Events that wait for the watcher's thread.
    var waiting: [FileWatcher.Event] = []

    /// Items that can't be watched, and why, so that each reason is told once.
    private var problems: [WatchItem: String] = [:]

    init(inotify: Inotify, settle: Duration) {
        self.inotify = inotify
        settling = Settling(settle: settle)
    }

    // MARK: What the caller asks for

    mutating func watch(file path: String) {
        guard files[path] == nil else {
            files[path]?.owners.insert(.caller)
            return
        }
        let absolute = PathText.absolute(path, currentFolder: Disk.currentFolder())
        add(file: path, at: absolute, owner: .caller, isKnown: true)
    }

    mutating func unwatch(file path: String) {
        disown(file: path, by: .caller)
    }

    mutating func watch(folder path: String) {
        guard folders[path] == nil else { return }
        folders[path] = PathText.absolute(path, currentFolder: Disk.currentFolder())
        refresh(.folder(path))
        addLibraries(of: path, areKnown: true)
    }

    mutating func unwatch(folder path: String) {
        guard folders.removeValue(forKey: path) != nil else { return }
        drop(.folder(path))
        for file in files.keys.sorted() {
            disown(file: file, by: .folder(path))
        }
    }

    // MARK: Files

    /// - Parameter isKnown: Whether the caller knows what is there now, so that only a change is told.
    private mutating func add(file path: String, at absolute: String, owner: WatchedFile.Owner, isKnown: Bool) {
        files[path] = WatchedFile(absolutePath: absolute, owners: [owner])
        // Watched first and looked at then: what comes between is told rather than missed.
        refresh(.file(path))
        settling.add(path, known: isKnown ? Disk.sight(absolute) : .absent)
    }

    /// Starts with a file of a folder; `false` if it is watched already.
    mutating func addLibrary(_ name: String, of folder: String, isKnown: Bool) -> Bool {
        guard let absolute = folders[folder] else { return false }
        let path = PathText.join(folder, name)
        guard files[path] == nil else {
            files[path]?.owners.insert(.folder(folder))
            return false
        }
        add(file: path, at: PathText.join(absolute, name), owner: .folder(folder), isKnown: isKnown)
        return true
    }

    /// Starts with the files of a folder that aren't watched yet, and returns their paths.
    @discardableResult
    mutating func addLibraries(of folder: String, areKnown: Bool) -> [String] {
        Disk.names(in: folders[folder] ?? "")
            .filter(PathText.isLibraryName)
            .filter { addLibrary($0, of: folder, isKnown: areKnown) }
            .map { PathText.join(folder, $0) }
    }

    mutating func disown(file path: String, by owner: WatchedFile.Owner) {
        guard files[path]?.owners.remove(owner) != nil, files[path]?.owners.isEmpty == true else { return }
        files[path] = nil
        settling.remove(path)
        drop(.file(path))
    }

    // MARK: Watches

    /// Follows the item's path again, and watches all that it leads through now.
    mutating func refresh(_ item: WatchItem) {
        guard let path = absolutePath(of: item) else { return }
        var added: Set<Inotify.Watch> = []
        var plan = WatchPlan()
        // What changes between the look and the watch makes no notice, so it takes a second look. In a path that
        // changes all the time, the watches of the last attempt are there and bring us back.
        for _ in 0..<8 {
            let trail = Trail.follow(path, entry: Disk.entry)
            plan = WatchPlan(trail, for: item, add: add)
            added.formUnion(plan.interests.keys)
            if Trail.follow(path, entry: Disk.entry) == trail { break }
        }
        for watch in points.set(plan.interests, for: item) { inotify.remove(watch) }
        for watch in added where !points.contains(watch) { inotify.remove(watch) }
        tell(plan.problem, of: item)
    }

    private func add(_ path: String, _ mask: InotifyMask) throws(Inotify.Refusal) -> Inotify.Watch {
        let watch = try inotify.add(path, mask)
        guard points.contains(watch) || points.count < Self.maximumWatches else {
            inotify.remove(watch)
            throw Inotify.Refusal(number: Inotify.Refusal.ownLimit)
        }
        return watch
    }

    private mutating func drop(_ item: WatchItem) {
        problems[item] = nil
        for watch in points.set([:], for: item) { inotify.remove(watch) }
    }

    private func absolutePath(of item: WatchItem) -> String? {
        switch item {
        case .file(let path): files[path]?.absolutePath
        case .folder(let path): folders[path]
        }
    }

    private mutating func tell(_ problem: String?, of item: WatchItem) {
        defer { problems[item] = problem }
        guard let problem, problems[item] != problem else { return }
        switch item {
        case .file(let path), .folder(let path): waiting.append(.unwatchable(path, reason: problem))
        }
    }
}
