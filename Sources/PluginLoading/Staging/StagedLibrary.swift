import Glibc

/// A private copy of a library's file: what is loaded, so that the original may be overwritten, in place or half-way, at any time.
public struct StagedLibrary: Sendable {
    /// The file that it was copied from, absolute.
    public let original: String
    /// The copy.
    public let path: String
    /// Of its bytes: 64 lower-case hexadecimal digits.
    public let sha256: String
    /// Bytes that it takes in memory when it is mapped.
    public let mappedBytes: Int

    /// Takes the copy away, as soon as nothing is mapped of it. (While it is, debuggers and backtraces look for it there.)
    public func remove() {
        unlink(path)
        if let slash = path.lastIndex(of: "/") { rmdir(String(path[..<slash])) }
    }
}
