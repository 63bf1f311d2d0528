import Glibc
import HostTransport

/// What a host tells of itself.
struct HostFacts: Sendable {
    let transport: Transport
    let pid = getpid()
    /// Milliseconds since 1970.
    let startedAt = Timestamp.milliseconds()
    /// Where it listens; asked for when it is wanted, as it is known last.
    let listeners: @Sendable () -> [String]

    /// Of the process, in memory now; 0 where the system doesn't say.
    static var residentBytes: Int64 {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
