import CStreamHost
import Glibc
import PluginLoading
import Synchronization

/// A host in memory, behind one instance of a plugin: its calls have no client but the check, and every breach of the ABI's rules is
/// reported. It answers as the real host does, or stricter.
///
/// SAFETY: `@unchecked Sendable` as all that changes is touched under `lock`; the plugin's functions are called without it.
final class CheckHost: HostServices, @unchecked Sendable {
    /// A function that waits to be run on the loop.
    struct Post {
        let function: HostTable.Callback
        let argument: UnsafeMutableRawPointer?
        let call: CheckCall?
        let release: HostTable.Callback?
    }

    struct Timer {
        let due: UInt64
        let function: HostTable.Callback
        let argument: UnsafeMutableRawPointer?
    }

    struct Buffer {
        let bytes: UnsafeMutablePointer<UInt8>
        let count: Int
        var references: Int
    }

    let loop: CheckLoop
    private let dataDirectory: String
    private let journal: Journal
    private let lock = Mutex(())

    var calls: [sh_call: CheckCall] = [:]
    var openCalls: [CheckCall] = []
    var posts: [Post] = []
    var timers: [sh_timer: Timer] = [:]
    var buffers: [OpaquePointer: Buffer] = [:]
    var lastHandle: UInt64 = 0
    var lastTimer: UInt64 = 0
    /// Bytes from which a call's outbound queue is full.
    var highWater = 64 * 1024
    private var logLines: [String] = []

    init(loop: CheckLoop, dataDirectory: String, journal: Journal) {
        self.loop = loop
        self.dataDirectory = dataDirectory
        self.journal = journal
    }

    deinit {
        for (handle, buffer) in buffers {
            if buffer.references > 0 { buffer.bytes.deallocate() }
            UnsafeMutableRawPointer(handle).deallocate()
        }
    }

    func locked<R>(_ body: () -> R) -> R {
        lock.withLock { _ in body() }
    }

    func report(_ rule: Rule, found: String, wanted: String, todo: String, isWarning: Bool = false) {
        journal.report(Breach(rule, found: found, wanted: wanted, todo: todo, isWarning: isWarning))
    }

    /// Where the process is, should it end.
    func enter(_ callback: String, _ call: CheckCall) {
        journal.enter("\(callback) of \(call.name)")
    }

    func leave() { journal.leave() }

    // MARK: The plugin's own

    func log(plugin: String, level: Int32, _ message: String) {
        guard level >= Int32(SH_LOG_WARNING) else { return }
        journal.log(message)
    }

    func makeDataDirectory(plugin: String) throws(PluginError) -> String {
        guard mkdir(dataDirectory, 0o750) == 0 || errno == EEXIST else {
            throw PluginError(.refused, "cannot make the folder \(dataDirectory): \(String(cString: strerror(errno)))")
        }
        return dataDirectory
    }
}
