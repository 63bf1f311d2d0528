import Glibc

/// What inotify(7) is asked for and tells.
struct InotifyMask: OptionSet, Sendable {
    var rawValue: UInt32

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    private init(_ constant: Int32) {
        rawValue = UInt32(bitPattern: constant)
    }

    static let modified = InotifyMask(IN_MODIFY)
    static let closedAfterWriting = InotifyMask(IN_CLOSE_WRITE)
    static let created = InotifyMask(IN_CREATE)
    static let deleted = InotifyMask(IN_DELETE)
    static let movedOut = InotifyMask(IN_MOVED_FROM)
    static let movedIn = InotifyMask(IN_MOVED_TO)
    static let selfDeleted = InotifyMask(IN_DELETE_SELF)
    static let selfMoved = InotifyMask(IN_MOVE_SELF)
    static let ignored = InotifyMask(IN_IGNORED)
    static let overflow = InotifyMask(IN_Q_OVERFLOW)

    private static let onlyFolders = InotifyMask(IN_ONLYDIR)

    /// One inode has one watch, which several paths may have led to: what is asked for adds up.
    private static let add = InotifyMask(IN_MASK_ADD)

    /// An entry came or went.
    static let entries: InotifyMask = [.created, .deleted, .movedOut, .movedIn]

    /// For a folder on the way to a file.
    static let onTheWay: InotifyMask = [.entries, .selfDeleted, .selfMoved, .onlyFolders, .add]

    /// For the folder that a watched file is in. A new file may be closed before it is watched itself. Of writes only the
    /// file tells: the kernel joins equal notices, but not two kinds that alternate, and a linker writes a lot.
    static let parent: InotifyMask = [.onTheWay, .closedAfterWriting]

    /// For a file itself: through another hard link it can be written without its folder's noticing.
    static let file: InotifyMask = [.modified, .closedAfterWriting, .selfDeleted, .selfMoved, .add]
}
