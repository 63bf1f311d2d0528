/// Something that is watched, by the path under which it is told of.
enum WatchItem: Hashable {
    case file(String)
    case folder(String)
}

/// A file that is watched, because it was asked for or is in a watched folder.
struct WatchedFile {
    enum Owner: Hashable {
        case caller
        case folder(String)
    }

    var absolutePath: String
    var owners: Set<Owner>
}
