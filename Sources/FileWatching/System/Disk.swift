import Glibc

/// Looks at the file system.
enum Disk {
    /// What is at a path, without following a link.
    static func entry(_ path: String) -> Trail.Entry {
        var info = stat()
        guard lstat(path, &info) == 0 else { return .absent }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: return .folder
        case S_IFLNK: return target(of: path).map(Trail.Entry.link) ?? .absent
        default: return .file
        }
    }

    /// The regular file that a path leads to.
    static func sight(_ path: String) -> Sight {
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return .absent }
        return .present(
            FileIdentity(
                device: UInt64(info.st_dev),
                inode: UInt64(info.st_ino),
                size: Int64(info.st_size),
                modified: nanoseconds(info.st_mtim)
            )
        )
    }

    /// Whether the entry came into being whole: a symbolic link, or one more name of a file that has others.
    static func isLinked(_ path: String) -> Bool {
        var info = stat()
        guard lstat(path, &info) == 0 else { return false }
        return info.st_mode & S_IFMT == S_IFLNK || info.st_nlink > 1
    }

    /// The names in a folder; none if it can't be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // SAFETY: readdir(3) ends d_name with a zero byte; the entry is valid until the next call on the stream.
            // The name is read in place: a copy of the structure would have all 256 bytes of it, which needn't be there.
            let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
            let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            names.append(String(cString: name))
        }
        return names.sorted()
    }

    static func currentFolder() -> String {
        guard let path = getcwd(nil, 0) else { return "/" }
        // getcwd(3): with no buffer given it allocates one, which is the caller's.
        defer { free(path) }
        return String(cString: path)
    }

    static func wallClock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }

    static func monotonicClock() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .nanoseconds(nanoseconds(time))
    }

    private static func target(of link: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { $0.baseAddress.map { readlink(link, $0, buffer.count) } ?? 0 }
        }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    // A file's time can be anything that someone has set, so this must not trap.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
