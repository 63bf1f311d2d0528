/// What tells one state of a file from another without reading it.
struct FileIdentity: Sendable, Equatable {
    var device: UInt64
    var inode: UInt64
    var size: Int64

    /// Nanoseconds since 1970.
    var modified: Int64

    /// Whether both are states of one file, and not of a file and the one that took its place.
    func isSameFile(as other: FileIdentity) -> Bool {
        inode == other.inode && device == other.device
    }
}

/// What a look at a path found.
enum Sight: Sendable, Equatable {
    /// No regular file is there.
    case absent

    case present(FileIdentity)

    func isSameFile(as other: Sight) -> Bool {
        switch (self, other) {
        case (.present(let one), .present(let two)): one.isSameFile(as: two)
        case (.absent, .absent): true
        case (.absent, .present), (.present, .absent): false
        }
    }
}
