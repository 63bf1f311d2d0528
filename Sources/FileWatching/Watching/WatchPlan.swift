import Glibc

/// What it takes to hear of all that can happen to an item: watches on the folders of its trail, and on its end.
struct WatchPlan {
    var interests: [Inotify.Watch: WatchPoints.Interest] = [:]

    /// Why it isn't all that it takes.
    var problem: String?

    init() {}

    /// From the root on: a folder that is replaced after it was watched is noticed by its parent.
    init(
        _ trail: Trail,
        for item: WatchItem,
        add: (String, InotifyMask) throws(Inotify.Refusal) -> Inotify.Watch
    ) {
        for (index, step) in trail.steps.enumerated() {
            let isLast = index == trail.steps.count - 1
            let isItem = isLast && trail.end.isReached
            watch(step.folder, isItem ? item.maskOfParent : .onTheWay, isNeeded: isLast, add) { interest in
                interest.names.insert(step.name)
                if isItem { interest.lastName = step.name }
            }
        }
        switch (item, trail.end) {
        case (.file, .file(let path)):
            // One that may not be read can't be loaded either.
            watch(path, .file, isNeeded: false, add) { $0.isFile = true }
        case (.folder, .folder(let path)):
            watch(path, .parent, isNeeded: true, add) { $0.isFolder = true }
        case (.file, .folder), (.folder, .file), (.file, .missing), (.folder, .missing), (.file, .nothing), (.folder, .nothing):
            break
        }
    }

    private mutating func watch(
        _ path: String,
        _ mask: InotifyMask,
        isNeeded: Bool,
        _ add: (String, InotifyMask) throws(Inotify.Refusal) -> Inotify.Watch,
        _ change: (inout WatchPoints.Interest) -> Void
    ) {
        do throws(Inotify.Refusal) {
            change(&interests[try add(path, mask), default: WatchPoints.Interest()])
        } catch {
            switch error.number {
            case ENOENT, ENOTDIR, ELOOP:
                // Gone since it was seen; the caller looks again.
                break
            case EACCES where !isNeeded:
                // A folder that may be walked through but not read: what is replaced in it goes unnoticed until then.
                break
            default:
                problem = "\(path): \(error.description)"
            }
        }
    }
}

extension WatchItem {
    /// Only files are written.
    fileprivate var maskOfParent: InotifyMask {
        switch self {
        case .file: .parent
        case .folder: .onTheWay
        }
    }
}

extension Trail.End {
    /// Whether the trail's last step is the item itself, and not a folder on the way.
    fileprivate var isReached: Bool {
        switch self {
        case .file, .folder, .missing: true
        case .nothing: false
        }
    }
}
