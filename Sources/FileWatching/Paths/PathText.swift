/// Paths as texts.
enum PathText {
    /// The names between the slashes; `.` means nothing.
    static func names(_ path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.map(String.init)
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// The parent of an absolute path without links; the root's is the root.
    static func parent(_ path: String) -> String {
        "/" + names(path).dropLast().joined(separator: "/")
    }

    static func absolute(_ path: String, currentFolder: String) -> String {
        path.hasPrefix("/") ? path : join(currentFolder, path)
    }

    /// Whether a watched folder tells of files with this name. What compilers, copiers and editors use while they are at
    /// it (`.libchat.so.x7`, `libchat.so.new`, `libchat.so.tmp`, `libchat.so~`) either starts with a dot or doesn't end
    /// in `.so`.
    static func isLibraryName(_ name: String) -> Bool {
        name.hasSuffix(".so") && !name.hasPrefix(".")
    }
}
