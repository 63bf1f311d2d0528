import Foundation

/// Calls about folders.
enum Folder {
    /// Makes a folder that nobody else may read.
    static func make(_ path: String) throws(DiskError) {
        guard mkdir(path, 0o700) == 0 else { throw .last("make folder", path) }
    }

    static func move(_ path: String, to target: String) throws(DiskError) {
        guard rename(path, target) == 0 else { throw .last("rename", path) }
    }

    /// Returns when the disk has the names in that folder.
    static func sync(_ path: String) throws(DiskError) {
        // SAFETY: the descriptor lives in this function alone.
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open folder", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("fsync", path) }
    }

    /// In no order, without "." and "..".
    static func names(in path: String) throws(DiskError) -> [String] {
        guard let stream = opendir(path) else { throw .last("open folder", path) }
        defer { closedir(stream) }
        var names: [String] = []
        // SAFETY: an entry is valid until the next readdir; its name ends with a NUL inside it.
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
