import Dispatch
import GRPCWire
import HostConfiguration
import HostTransport
import Logging
import Metrics
import Synchronization

/// Writes a line for each call that ends, or for a share of them. Loops leave calls in bounded lists, one a loop; a queue of its own makes lines of
/// them and writes. A list that is full, as the file can't be written fast enough, drops what comes, and a counter says how many.
final class AccessLog: CallObserver {
    // About as many calls as a loop can serve until the queue comes.
    private static let capacity = 32_768
    // Between a call and its line: calls that end together are written together.
    private static let delay = DispatchTimeInterval.milliseconds(50)

    /// A loop's own. The queue has the lock only for as long as it takes the list away.
    private final class Waiting: Sendable {
        struct Content {
            var lines: [AccessLine] = []
            var dropped = 0
            var sample = 1.0
            var failures = true

            func wants(_ status: StatusCode) -> Bool {
                if status != .ok, failures { return true }
                return sample >= 1 || (sample > 0 && Double.random(in: 0..<1) < sample)
            }
        }

        let content = Mutex(Content())
    }

    private let waiting: [Waiting]
    private let queue = DispatchQueue(label: "streamhost.access-log")
    private let file: AccessLogFile
    private let format = Mutex(HostConfiguration.Log.Format.text)
    private let dropped: Counter

    init(loops: Int, metrics: any MetricsFactory, logger: Logger) {
        waiting = (0..<loops).map { _ in Waiting() }
        dropped = Counter(label: "streamhost_access_log_dropped_total", factory: metrics)
        file = AccessLogFile(logger: logger)
    }

    /// Writes there, and so, from now on. A file that can't be opened is an error, and all stays as it was.
    func apply(_ settings: HostConfiguration.AccessLog, _ target: HostConfiguration.AccessLog.Target) throws(HostError) {
        try file.open(target)
        format.withLock { $0 = settings.format }
        for loop in waiting {
            loop.content.withLock { content in
                content.sample = settings.sample
                content.failures = settings.failures
            }
        }
    }

    /// Opens the file anew, as another may have its name by now.
    func reopen() { queue.async { self.file.reopen() } }

    /// Writes what is left. No call may end any more.
    func finish() { queue.sync { for loop in waiting { write(loop) } } }

    // MARK: On a loop

    func ended(_ status: StatusCode, onLoop loop: Int, _ call: () -> EndedCall) {
        guard loop < waiting.count else { return }
        let loop = waiting[loop]
        let isFirst = loop.content.withLock { content in
            guard content.wants(status) else { return false }
            guard content.lines.count < Self.capacity else {
                content.dropped += 1
                return false
            }
            content.lines.append(AccessLine(call(), at: Timestamp.nanoseconds()))
            return content.lines.count == 1
        }
        if isFirst { queue.asyncAfter(deadline: .now() + Self.delay) { self.write(loop) } }
    }

    // MARK: On the queue

    private func write(_ loop: Waiting) {
        let (lines, lost) = loop.content.withLock { content in
            defer { (content.lines, content.dropped) = ([], 0) }
            return (content.lines, content.dropped)
        }
        if lost > 0 { dropped.increment(by: lost) }
        let format = format.withLock { $0 }
        var bytes: [UInt8] = []
        for line in lines { line.write(format, to: &bytes) }
        if !bytes.isEmpty, !file.write(bytes) { dropped.increment(by: lines.count) }
    }
}
