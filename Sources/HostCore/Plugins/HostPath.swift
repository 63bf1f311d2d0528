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
        let path = String(cString: pointer)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }

    /// Where a library lies: as it is written, seen from the current folder; then in the installation, so that the same line works from
    /// anywhere. Answers the places that were looked at, where it is in none of them.
    package static func library(_ path: String) -> Result<String, NotFound> {
        var places = [absolute(path)]
        if !path.hasPrefix("/"), let folder = executableDirectory() {
            // dist/bin/streamhost and dist/plugins; PREFIX/bin/streamhost and PREFIX/lib/streamhost/plugins.
            places += ["\(folder)/../\(path)", "\(folder)/../lib/streamhost/\(path)", "\(folder)/\(path)"]
        }
        guard let found = places.first(where: { access($0, F_OK) == 0 }) else { return .failure(NotFound(places: places)) }
        guard let real = realpath(found, nil) else { return .success(found) }
        defer { free(real) }
        return .success(String(cString: real))
    }

    package struct NotFound: Error {
        package let places: [String]
    }
}
