import Glibc

/// An inotify(7) instance.
final class Inotify: Sendable {
    /// One watch: the kernel's number for a watched inode.
    typealias Watch = Int32

    /// Something that happened to a watched inode, or to an entry of a watched folder.
    struct Notice: Sendable, Equatable {
        var watch: Watch
        var mask: InotifyMask

        /// The entry's name; `nil` if it is about the inode itself.
        var name: String?
    }

    /// A call that the system refused.
    struct Refusal: Error {
        /// As in errno(3), or ``ownLimit``.
        var number: Int32

        /// The watcher's own limit, not the system's.
        static let ownLimit: Int32 = -1

        var description: String {
            switch number {
            case Self.ownLimit: "\(WatchList.maximumWatches) watches are in use, which is this watcher's limit; watch less"
            case ENOSPC: "the system's limit of watches is reached; raise fs.inotify.max_user_watches (sysctl)"
            case EACCES: "this user may not read the folder"
            default: String(cString: strerror(number))
            }
        }
    }

    let descriptor: Int32

    init() throws(FileWatchError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else {
            let advice =
                errno == EMFILE
                ? "the limit of open files or of inotify instances is reached; raise fs.inotify.max_user_instances (sysctl)"
                : String(cString: strerror(errno))
            throw FileWatchError(code: .system, message: "files can't be watched: \(advice)")
        }
    }

    deinit {
        close(descriptor)
    }

    func add(_ path: String, _ mask: InotifyMask) throws(Refusal) -> Watch {
        let watch = inotify_add_watch(descriptor, path, mask.rawValue)
        guard watch >= 0 else { throw Refusal(number: errno) }
        return watch
    }

    /// The kernel may have removed it already, which is no mistake.
    func remove(_ watch: Watch) {
        inotify_rm_watch(descriptor, watch)
    }

    /// All that waits, up to a bound, so that a busy folder can't keep the caller here. Never blocks.
    func read() -> [Notice] {
        var notices: [Notice] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        for _ in 0..<16 {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            notices += Self.notices(buffer.prefix(count))
        }
        return notices
    }

    /// inotify(7): `struct inotify_event { int wd; uint32_t mask, cookie, len; char name[]; }`, one behind the other,
    /// where `len` counts the name and the zeros that fill it up.
    static func notices(_ bytes: ArraySlice<UInt8>) -> [Notice] {
        let header = MemoryLayout<inotify_event>.size
        var notices: [Notice] = []
        var rest = bytes
        while rest.count >= header {
            let event = rest.withUnsafeBytes { $0.loadUnaligned(as: inotify_event.self) }
            let name = rest.dropFirst(header).prefix(Int(event.len)).prefix { $0 != 0 }
            notices.append(
                Notice(
                    watch: event.wd,
                    mask: InotifyMask(rawValue: event.mask),
                    name: name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
                )
            )
            rest = rest.dropFirst(header + Int(event.len))
        }
        return notices
    }
}
