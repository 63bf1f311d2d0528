import Glibc

/// Paths as an operator writes them.
package enum HostPath {
    package static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        return currentDirectory() + "/" + path
    }

    private static func currentDirectory() -> String {
        guard let pointer = getcwd(nil, 0) else { return "" }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    /// The folder that the executable lies in.
    static func executableDirectory() -> String? {
        guard let pointer = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer).parentFolder
    }

    /// Where a library or a folder of them lies: as it is written, seen from the current folder; then in the installation, so that the same
    /// line works from anywhere. Answers the places that were looked at, where it is in none of them.
    ///
    /// Links stay in it: one that is pointed elsewhere later leads to what is there then.
    package static func find(_ path: String) -> Result<String, NotFound> {
        var places = [absolute(path)]
        if !path.hasPrefix("/"), let folder = executableDirectory() {
            // dist/bin/streamhost and dist/plugins; PREFIX/bin/streamhost and PREFIX/lib/streamhost/plugins.
            if let above = folder.parentFolder { places += ["\(above)/\(path)", "\(above)/lib/streamhost/\(path)"] }
            places.append("\(folder)/\(path)")
        }
        guard let found = places.first(where: { access($0, F_OK) == 0 }) else { return .failure(NotFound(places: places)) }
        return .success(found.withoutEmptySteps)
    }

    package struct NotFound: Error {
        package let places: [String]
    }
}

extension String {
    fileprivate var parentFolder: String? { lastIndex(of: "/").map { String(self[..<$0]) } }

    /// `/a/./b//c` is `/a/b/c`. `..` stays: behind a link it is not the folder that the text shows.
    fileprivate var withoutEmptySteps: String {
        "/" + split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
