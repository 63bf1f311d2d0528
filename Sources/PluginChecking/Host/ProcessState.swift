import Glibc

/// What the system says of this process: its threads, its open files, what it has mapped.
enum ProcessState {
    static func threads() -> Set<String> { Set(entries("/proc/self/task")) }

    static var mainThread: String { "\(getpid())" }

    static var currentThread: String {
        // "PID/task/TID".
        link("/proc/thread-self").split(separator: "/").last.map(String.init) ?? ""
    }

    private static func link(_ path: String) -> String {
        var target = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &target, target.count)
        return String(decoding: target[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a thread waits for something, and is not running or about to.
    static func isResting(thread: String) -> Bool {
        guard let text = contents("/proc/self/task/\(thread)/stat"), let end = text.lastIndex(of: ")") else { return true }
        // "7 (name) S ...": the state is behind the name, which may have anything in it.
        return text[end...].dropFirst(2).first == "S"
    }

    /// What the open descriptors lead to, by number.
    static func openFiles() -> [String: String] {
        var files: [String: String] = [:]
        for entry in entries("/proc/self/fd") {
            let target = link("/proc/self/fd/\(entry)")
            // The folder that is being read is no longer open.
            if !target.isEmpty, !target.hasPrefix("/proc/") { files[entry] = target }
        }
        return files
    }

    static func hasMapped(_ path: String) -> Bool {
        contents("/proc/self/maps")?.split(separator: "\n").contains { $0.hasSuffix(path) } ?? false
    }

    private static func entries(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    static func contents(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}
