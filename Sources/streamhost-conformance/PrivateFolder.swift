import Foundation
import Glibc

/// A folder for one process, which only its user can look into.
struct PrivateFolder {
    let path: String

    init() throws {
        var template = Array("\(NSTemporaryDirectory())/streamhost-conformance-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw Failure(.atRunTime, "cannot make a folder in \(NSTemporaryDirectory())")
        }
        path = String(cString: made)
    }

    /// Writes a file that only its user can read; answers its path.
    func write(_ contents: Data, as name: String) throws -> String {
        let file = "\(path)/\(name)"
        guard FileManager.default.createFile(atPath: file, contents: contents, attributes: [.posixPermissions: 0o600]) else {
            throw Failure(.atRunTime, "cannot write \(file)")
        }
        return file
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
