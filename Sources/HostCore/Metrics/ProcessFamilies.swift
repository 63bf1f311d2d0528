import Glibc
import PrometheusMetrics

/// The process, under the names that all of Prometheus' clients use. Each costs a look into /proc; one that the system doesn't tell is left out.
enum ProcessFamilies {
    static func families() -> [MetricFamily] {
        [
            family(.gauge, "process_resident_memory_bytes", "Bytes in memory now.", Double(HostFacts.residentBytes)),
            family(.counter, "process_cpu_seconds_total", "Seconds of processors' time, the kernel's included.", cpuSeconds),
            family(.gauge, "process_open_fds", "Files and sockets that are open.", openFiles.map(Double.init)),
            family(.gauge, "process_max_fds", "The most that may be open.", maxFiles),
            family(.gauge, "process_start_time_seconds", "When the process began, in seconds since 1970.", startTime),
        ]
    }

    private static func family(_ kind: MetricFamily.Kind, _ name: String, _ help: String, _ value: Double?) -> MetricFamily {
        var family = MetricFamily(kind, name, help: help)
        if let value { family.add(value) }
        return family
    }

    private static var cpuSeconds: Double? {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var openFiles: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        // Not counted: ".", ".." and the folder's own.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return count
    }

    private static var maxFiles: Double? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    // Once: it doesn't change, while the clocks that it is made of may.
    private static let startTime: Double? = {
        guard let text = text(of: "/proc/self/stat"), let name = text.lastIndex(of: ")") else { return nil }
        // proc(5): field 22, in ticks since the boot; the process's name, which may hold spaces, is the second.
        let fields = text[name...].split(separator: " ")
        guard fields.count > 20, let ticks = Double(fields[20]) else { return nil }
        var (time, sinceBoot) = (timespec(), timespec())
        clock_gettime(CLOCK_REALTIME, &time)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        let boot = Double(time.tv_sec - sinceBoot.tv_sec) + Double(time.tv_nsec - sinceBoot.tv_nsec) / 1e9
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()

    private static func text(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}
