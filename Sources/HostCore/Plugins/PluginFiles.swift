import Glibc
import PluginLoading

/// The folders that plugins keep their files in.
struct PluginFiles: Sendable {
    /// Absolute.
    let root: String

    init(root: String) {
        self.root = HostPath.absolute(root)
    }

    /// Where private copies of libraries may be kept: with the plugins' files, else where temporary files are.
    var stagingRoots: [String] {
        _ = try? make(root)
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        return ["\(root)/.staging", "\(temporary)/streamhost-staging-\(getuid())"]
    }

    func makeDirectory(plugin: String) throws(PluginError) -> String {
        try make(root + "/" + plugin)
    }

    private func make(_ path: String) throws(PluginError) -> String {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            // Others' folders on the way may be unreadable: what counts is the last one.
            guard mkdir(made, 0o750) != 0, errno != EEXIST, made.count == path.count else { continue }
            throw PluginError(.refused, "cannot make the folder \(made): \(String(cString: strerror(errno)))")
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw PluginError(.refused, "cannot use the folder \(path): \(String(cString: strerror(errno)))")
        }
        return path
    }
}
