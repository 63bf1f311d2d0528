/// All the places that a path leads through: the folders in which a name is looked up until the file is reached, also
/// those behind symbolic links. Whatever makes the path lead elsewhere, be it a deleted folder, a link that points to
/// another place or a new name, changes one of these entries.
struct Trail: Equatable {
    /// One lookup of a name in a folder. The folder's path has no links in it.
    struct Step: Equatable {
        var folder: String
        var name: String
    }

    /// What the path leads to.
    enum End: Equatable {
        case file(String)
        case folder(String)

        /// The path's own name isn't in its folder: what is made there will be its file.
        case missing

        /// A folder on the way is missing, is no folder, or is a link in a circle.
        case nothing
    }

    /// What is at a path, without following a link.
    enum Entry: Equatable {
        case absent
        case folder
        case file
        case link(String)
    }

    var steps: [Step] = []
    var end = End.nothing

    /// As the kernel does: path_resolution(7).
    static let maximumLinks = 40

    /// Follows an absolute path.
    static func follow(_ path: String, entry: (String) -> Entry) -> Trail {
        var trail = Trail()
        var folder = "/"
        var names = Array(PathText.names(path).reversed())
        var links = 0
        while let name = names.popLast() {
            if name == ".." {
                // Links are resolved, so this is the real parent.
                folder = PathText.parent(folder)
                continue
            }
            trail.steps.append(Step(folder: folder, name: name))
            let place = PathText.join(folder, name)
            switch entry(place) {
            case .absent:
                trail.end = names.isEmpty ? .missing : .nothing
                return trail
            case .folder:
                folder = place
            case .file:
                trail.end = names.isEmpty ? .file(place) : .nothing
                return trail
            case .link(let target):
                links += 1
                guard links <= maximumLinks else { return trail }
                if target.hasPrefix("/") { folder = "/" }
                names += PathText.names(target).reversed()
            }
        }
        trail.end = .folder(folder)
        return trail
    }
}
