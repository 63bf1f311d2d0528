import Glibc

/// A library's path as it is sent to the host, which may run in another folder.
enum LibraryPath {
    /// Absolute where the file is there, seen from the current folder; else as it was given: the host looks in its own places.
    static func sent(_ path: String) -> String {
        guard !path.hasPrefix("/"), access(path, F_OK) == 0, let pointer = realpath(path, nil) else { return path }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
