import Crypto
import Glibc
import Synchronization

/// The folder of a host's private copies of libraries.
///
/// Each copy has a folder of its own, so that it keeps its file's name: that is what tools show. A lock tells living hosts' folders from
/// what crashed ones have left.
public final class LibraryStaging: Sendable {
    private static let lockName = "lock"

    /// Absolute.
    public let folder: String
    private let lock: Int32
    private let count = Atomic<Int>(0)

    /// Makes a folder for this process below the first of those that it can be made in, and clears away what hosts that are no more have left there.
    /// - Parameter roots: Absolute paths; made where they aren't there.
    public init(roots: [String]) throws(PluginError) {
        var reasons: [String] = []
        for root in roots {
            if mkdir(root, 0o700) != 0, errno != EEXIST {
                reasons.append("\(root): \(String(cString: strerror(errno)))")
                continue
            }
            Self.sweep(root)
            var template = Array("\(root)/\(getpid())-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                reasons.append("\(root): \(String(cString: strerror(errno)))")
                continue
            }
            let path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
            let lock = open("\(path)/\(Self.lockName)", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            if lock >= 0 { flock(lock, LOCK_EX | LOCK_NB) }
            folder = path
            self.lock = lock
            return
        }
        throw PluginError(
            .staging,
            "found no folder for private copies of the plugins' libraries (\(reasons.joined(separator: "; "))); "
                + "set dataDirectory, or TMPDIR, to a folder that this process may write to"
        )
    }

    /// Takes the folder away, with all copies in it.
    public func removeAll() {
        Self.removeTree(folder)
        if lock >= 0 { close(lock) }
    }

    // MARK: Staging

    /// Copies the file as it is now.
    /// - Throws: ``PluginError`` with the code `unfinished` where it changes meanwhile, or isn't whole: to be tried again.
    public func stage(_ original: String) throws(PluginError) -> StagedLibrary {
        let source = open(original, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard source >= 0 else { throw PluginError(.notFound, "\(original): \(String(cString: strerror(errno)))") }
        defer { close(source) }
        guard let before = FileIdentity(descriptor: source) else {
            throw PluginError(.notFound, "\(original): found something that is no regular file; wanted a shared library")
        }
        let name = original.split(separator: "/").last.map(String.init) ?? "plugin.so"
        let home = "\(folder)/\(count.wrappingAdd(1, ordering: .relaxed).newValue)"
        guard mkdir(home, 0o700) == 0 else { throw Self.failure(home) }
        let path = "\(home)/\(name)"
        do throws(PluginError) {
            let sha256 = try Self.copy(source, original, to: path)
            guard FileIdentity(descriptor: source) == before, FileIdentity(path: original) == before else {
                throw PluginError(
                    .unfinished,
                    "\(original): it was written to while it was copied; build or copy it again, and let it rest"
                )
            }
            let layout = try LibraryFile.check(path, named: original)
            return StagedLibrary(original: original, path: path, sha256: sha256, mappedBytes: layout.mappedBytes)
        } catch {
            unlink(path)
            rmdir(home)
            throw error
        }
    }

    private static func copy(_ source: Int32, _ original: String, to path: String) throws(PluginError) -> String {
        let target = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o500)
        guard target >= 0 else { throw failure(path) }
        defer { close(target) }
        var hash = SHA256()
        var chunk = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = read(source, &chunk, chunk.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw PluginError(.notFound, "\(original): \(String(cString: strerror(errno)))")
            }
            hash.update(data: chunk[..<count])
            var written = 0
            while written < count {
                let step = chunk.withUnsafeBytes { write(target, $0.baseAddress.map { $0 + written }, count - written) }
                guard step > 0 || (step < 0 && errno == EINTR) else { throw failure(path) }
                written += max(step, 0)
            }
        }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func failure(_ path: String) -> PluginError {
        PluginError(
            .staging,
            "cannot make a private copy of the library, \(path): \(String(cString: strerror(errno))); "
                + "make room there, or set dataDirectory to another folder"
        )
    }

    // MARK: What others have left

    private static func sweep(_ root: String) {
        for name in names(root) where name.first?.isNumber == true {
            let lock = open("\(root)/\(name)/\(lockName)", O_RDWR | O_CLOEXEC)
            guard lock >= 0 else { continue }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { removeTree("\(root)/\(name)") }
            close(lock)
        }
    }

    private static func names(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        // SAFETY: an entry is valid until the next readdir; its name ends with a NUL inside it.
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    // Two levels, as they are made here.
    private static func removeTree(_ path: String) {
        for name in names(path) {
            let inner = "\(path)/\(name)"
            if unlink(inner) != 0 {
                for file in names(inner) { unlink("\(inner)/\(file)") }
                rmdir(inner)
            }
        }
        rmdir(path)
    }
}

/// Tells one content of a file from another: by what changes with each write.
struct FileIdentity: Equatable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// `nil` where it is no regular file.
    init?(descriptor: Int32) {
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { return nil }
        self.init(info)
    }

    /// `nil` where it is no regular file.
    init?(path: String) {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        self.init(info)
    }

    private init?(_ info: stat) {
        guard info.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt(info.st_dev)
        inode = UInt(info.st_ino)
        size = Int(info.st_size)
        seconds = info.st_mtim.tv_sec
        nanoseconds = info.st_mtim.tv_nsec
    }
}
