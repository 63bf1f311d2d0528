import Foundation
import Glibc

/// An open file; closed with its last use.
struct OpenFile: ~Copyable {
    enum Mode {
        case read
        /// Must not be there yet.
        case create
        /// To go on with it, or to lock it.
        case append

        var flags: Int32 {
            switch self {
            // O_NONBLOCK: a pipe that someone has put there must not keep us waiting. Regular files don't mind it.
            case .read: O_RDONLY | O_NONBLOCK
            case .create: O_WRONLY | O_CREAT | O_EXCL
            case .append: O_WRONLY | O_APPEND | O_NONBLOCK
            }
        }
    }

    let path: String
    private let descriptor: Int32

    init(_ path: String, _ mode: Mode) throws(DiskError) {
        descriptor = open(path, mode.flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
        self.path = path
        guard descriptor >= 0 else { throw .last("open", path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    // MARK: Writing

    func write(_ bytes: Data) throws(DiskError) {
        var written = 0
        while written < bytes.count {
            // SAFETY: the kernel reads `bytes.count - written` bytes from `written` on, all of them inside the buffer,
            // and keeps nothing.
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .last("write", path)
            }
        }
    }

    /// Returns when the disk has the file.
    func sync() throws(DiskError) {
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw .last("fsync", path) }
        }
    }

    /// Cuts off what is behind that size.
    func truncate(to size: Int64) throws(DiskError) {
        while ftruncate(descriptor, off_t(size)) != 0 {
            guard errno == EINTR else { throw .last("truncate", path) }
        }
    }

    // MARK: Reading

    /// Fills `data` from that offset on.
    func readExactly(into data: inout Data, at offset: Int64) throws(DiskError) {
        var filled = 0
        let wanted = data.count
        while filled < wanted {
            // SAFETY: the kernel writes at most `wanted - filled` bytes from `filled` on, all of them inside the
            // buffer.
            let count = data.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: filled), wanted - filled, Int(offset) + filled)
            }
            switch count {
            case 1...: filled += count
            // Shorter than it was: someone has changed it.
            case 0: throw DiskError(EIO, "read past the end of", path)
            default: if errno != EINTR { throw .last("read", path) }
            }
        }
    }

    /// All of a regular file; `nil` where it is something else, or larger.
    func readAll(atMost: Int) throws(DiskError) -> Data? {
        guard let size = regularSize(), size <= atMost else { return nil }
        var data = Data(count: Int(size))
        try readExactly(into: &data, at: 0)
        return data
    }

    /// `nil` where it is no regular file.
    func regularSize() -> Int64? {
        guard let status, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// Whether it has still a name.
    var isLinked: Bool { (status?.st_nlink ?? 0) > 0 }

    private var status: stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    // MARK: Locking

    enum Lock {
        /// Together with others that use the file.
        case shared
        /// Where nobody else uses it.
        case exclusive

        var operation: Int32 {
            switch self {
            case .shared: LOCK_SH
            case .exclusive: LOCK_EX
            }
        }
    }

    /// Locks the file for as long as it is open. `false`: someone else has. (File systems without locks lock nothing.)
    func lock(_ kind: Lock) -> Bool {
        while flock(descriptor, kind.operation | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK: return false
            default: return true
            }
        }
        return true
    }
}
