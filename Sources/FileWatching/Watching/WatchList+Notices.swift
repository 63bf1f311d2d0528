/// What a notice says about a file, before the file is looked at.
private enum Hint {
    case created
    case written
    case closed
    case replaced
    case found
}

extension WatchList {
    /// Goes through notices in their order, then looks once at each file that they are about.
    mutating func take(_ notices: [Inotify.Notice], now: Duration) {
        var news = News()
        for notice in notices {
            if notice.mask.contains(.overflow) {
                // The kernel's queue was full: anything may have happened.
                news.dirty.formUnion(files.keys.map(WatchItem.file))
                news.dirty.formUnion(folders.keys.map(WatchItem.folder))
                continue
            }
            for (item, interest) in points.users(of: notice.watch) {
                take(notice, for: item, interest, &news)
            }
            if notice.mask.contains(.ignored) { points.forget(notice.watch) }
        }
        follow(&news)
        look(news, now: now)
    }

    /// What a batch of notices adds up to.
    private struct News {
        /// Items whose paths may lead elsewhere now.
        var dirty: Set<WatchItem> = []

        /// Hints of each file, in their order.
        var hints: [String: [Hint]] = [:]

        mutating func add(_ hint: Hint, of file: String) {
            hints[file, default: []].append(hint)
        }
    }

    private mutating func take(
        _ notice: Inotify.Notice,
        for item: WatchItem,
        _ interest: WatchPoints.Interest,
        _ news: inout News
    ) {
        guard let name = notice.name else {
            if !notice.mask.isDisjoint(with: [.selfDeleted, .selfMoved, .ignored]) { news.dirty.insert(item) }
            if interest.isFile, case .file(let path) = item, let hint = notice.mask.hint { news.add(hint, of: path) }
            return
        }
        if interest.names.contains(name) {
            if !notice.mask.isDisjoint(with: .entries) { news.dirty.insert(item) }
            if interest.lastName == name, case .file(let path) = item, let hint = notice.mask.hint {
                news.add(hint, of: path)
            }
        }
        if interest.isFolder, case .folder(let folder) = item, PathText.isLibraryName(name), let hint = notice.mask.hint {
            // At once, so that the notices that follow in this batch reach it too.
            if addLibrary(name, of: folder, isKnown: false) { news.add(hint, of: PathText.join(folder, name)) }
        }
    }

    private mutating func follow(_ news: inout News) {
        for item in news.dirty {
            refresh(item)
            switch item {
            case .file(let path):
                if news.hints[path] == nil { news.add(.found, of: path) }
            case .folder(let path):
                for file in addLibraries(of: path, areKnown: false) { news.add(.found, of: file) }
            }
        }
    }

    private mutating func look(_ news: News, now: Duration) {
        for (path, hints) in news.hints {
            guard let absolute = files[path]?.absolutePath else { continue }
            let sight = Disk.sight(absolute)
            for hint in hints {
                settling.noticed(signal(hint, sight, absolute), at: path, sight, now: now)
            }
            // A name that came and went: nothing will ever be told of it.
            if sight == .absent, settling.isQuiet(path) { forgetLibrary(path) }
        }
    }

    private func signal(_ hint: Hint, _ sight: Sight, _ absolutePath: String) -> Settling.Signal {
        switch hint {
        case .created: Disk.isLinked(absolutePath) ? .replaced : .created
        case .written: .written
        case .closed: .closed
        case .replaced: .replaced
        case .found: .found(isYoung: isYoung(sight))
        }
    }

    private func isYoung(_ sight: Sight) -> Bool {
        switch sight {
        case .absent: false
        case .present(let identity):
            // One from the future has a clock that says nothing.
            Duration.nanoseconds(Disk.wallClock() &- identity.modified) < settling.patience
        }
    }

    // MARK: Looks that are due

    /// Looks at the files that may have settled, and returns what is to be told.
    mutating func lookAtDue(now: Duration) -> [FileWatcher.Event] {
        var events: [FileWatcher.Event] = []
        for path in settling.due(now: now) {
            guard let absolute = files[path]?.absolutePath else { continue }
            let sight = Disk.sight(absolute)
            switch settling.looked(at: path, sight, now: now) {
            case .settled: events.append(.settled(path))
            case .removed: events.append(.removed(path))
            case .unchanged: break
            case .changing: continue
            }
            if sight == .absent { forgetLibrary(path) }
        }
        return events
    }

    /// A file that is gone stays watched if it was asked for; the names in a folder would pile up.
    private mutating func forgetLibrary(_ path: String) {
        for folder in folders.keys {
            disown(file: path, by: .folder(folder))
        }
    }
}

extension InotifyMask {
    fileprivate var hint: Hint? {
        if contains(.created) {
            .created
        } else if contains(.modified) {
            .written
        } else if contains(.closedAfterWriting) {
            .closed
        } else if !isDisjoint(with: [.deleted, .movedOut, .movedIn]) {
            .replaced
        } else {
            nil
        }
    }
}
