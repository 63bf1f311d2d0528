import Glibc
import NIOCore

/// What stands at a Unix socket's path.
package enum UnixSocket {
    static func isSocket(_ path: String) -> Bool {
        var info = stat()
        return lstat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFSOCK
    }

    /// Whether somebody accepts connections there.
    package static func isServed(_ path: String) -> Bool {
        guard isSocket(path) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withAddress(path) { connect(descriptor, $0, $1) } == 0
    }

    /// A socket that is bound to the path, and not yet listening. `mode`: who may connect; `nil`: as the process's umask says.
    static func bound(to path: String, mode: mode_t?) throws(IOError) -> CInt {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        // Before bind, from which on anybody whom the mode lets could connect.
        if let mode { fchmod(descriptor, mode) }
        guard withAddress(path, { bind(descriptor, $0, $1) }) == 0 else {
            let reason = errno
            close(descriptor)
            throw IOError(errnoCode: reason, reason: "bind")
        }
        // Again, as bind takes the umask's bits away: 0660 would become 0640, which lets no group connect. Nobody listens yet.
        if let mode, chmod(path, mode) != 0 {
            let reason = errno
            unlink(path)
            close(descriptor)
            throw IOError(errnoCode: reason, reason: "chmod")
        }
        return descriptor
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}
