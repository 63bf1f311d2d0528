import Glibc

/// The libraries in a plugin folder.
enum PluginFolderListing {
    /// Absolute paths, in the order of their names; none where there is no such folder. Hidden files are left out.
    static func libraries(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        // SAFETY: an entry is valid until the next readdir; its name ends with a NUL inside it.
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasSuffix(".so"), !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted().map { "\(folder)/\($0)" }
    }
}
