import FoundationEssentials
import Glibc

/// A folder for what the checks need: copies of the library, folders for the plugin's files. Removed at the end by who made it.
struct Scratch: Sendable {
    let path: String

    /// A new one.
    static func make() -> Scratch? {
        let parent = String(cString: getenv("TMPDIR") ?? strdup("/tmp"))
        var template = Array("\(parent)/streamhost-check-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        return Scratch(path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// A copy of the file, under a name of its own.
    func copy(_ file: String, as name: String) throws(Stop) -> String {
        let copy = "\(path)/\(name)"
        try? FileManager.default.removeItem(atPath: copy)
        do {
            try FileManager.default.copyItem(atPath: file, toPath: copy)
        } catch {
            throw Stop("the file can't be copied: \(error)", wanted: "a copy, as a reload makes it", todo: "make room in \(path)")
        }
        return copy
    }
}
