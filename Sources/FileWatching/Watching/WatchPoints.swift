/// Who wants to hear of which inode.
struct WatchPoints {
    /// What an item wants to hear of one watched inode.
    struct Interest: Equatable {
        /// Entries of this folder that the item's path leads through.
        var names: Set<String> = []

        /// The one of these that is the item itself, where the path leads so far.
        var lastName: String?

        /// The inode is the item's file.
        var isFile = false

        /// The inode is the item's folder.
        var isFolder = false
    }

    private var users: [Inotify.Watch: [WatchItem: Interest]] = [:]
    private var watches: [WatchItem: Set<Inotify.Watch>] = [:]

    var count: Int { users.count }

    func contains(_ watch: Inotify.Watch) -> Bool {
        users[watch] != nil
    }

    func users(of watch: Inotify.Watch) -> [WatchItem: Interest] {
        users[watch] ?? [:]
    }

    /// Sets all that an item wants to hear of, and returns the watches that nobody wants any more.
    mutating func set(_ interests: [Inotify.Watch: Interest], for item: WatchItem) -> [Inotify.Watch] {
        let before = watches[item] ?? []
        watches[item] = interests.isEmpty ? nil : Set(interests.keys)
        for (watch, interest) in interests {
            users[watch, default: [:]][item] = interest
        }
        var unused: [Inotify.Watch] = []
        for watch in before where interests[watch] == nil {
            users[watch]?[item] = nil
            if users[watch]?.isEmpty == true {
                users[watch] = nil
                unused.append(watch)
            }
        }
        return unused
    }

    /// The kernel has removed the watch, because its inode is gone.
    mutating func forget(_ watch: Inotify.Watch) {
        for item in (users.removeValue(forKey: watch) ?? [:]).keys {
            watches[item]?.remove(watch)
        }
    }
}
