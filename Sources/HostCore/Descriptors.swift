import Glibc
import Logging

/// The process's limit of open files: every connection is one.
enum Descriptors {
    // What the host and its plugins open besides connections.
    private static let spare = 256

    /// Raises the soft limit as far as the hard one lets it, and says so where that is not enough for the connections.
    static func raise(wanted connections: Int, _ logger: Logger) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = rlim_t(connections + spare)
        if limit.rlim_cur < wanted {
            limit.rlim_cur = min(wanted, limit.rlim_max)
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        guard limit.rlim_cur < rlim_t(connections) else { return }
        logger.warning(
            "found a limit of \(limit.rlim_cur) open files; limits.maxConnections (\(connections)) needs \(wanted): raise it (ulimit -n), or lower the setting"
        )
    }
}
