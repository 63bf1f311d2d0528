import Glibc
import HostConfiguration
import Logging
import Synchronization

/// Writes log lines to standard error, each with one write: `2026-11-22T08:12:52.123Z info message key=value`, or a JSON object.
public struct HostLogHandler: LogHandler {
    /// What each line of the logger carries.
    public var metadata: Logger.Metadata = [:]
    private let shared: SharedLevel
    private let format: HostConfiguration.Log.Format

    /// The level of all loggers of a host, which may change while it runs.
    public final class SharedLevel: Sendable {
        private let value: Mutex<Logger.Level>

        /// Begins with that level.
        public init(_ level: Logger.Level) {
            value = Mutex(level)
        }

        /// The level.
        public var level: Logger.Level {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
    }

    /// A handler of that format.
    public init(format: HostConfiguration.Log.Format, level: SharedLevel) {
        self.format = format
        shared = level
    }

    /// The level, which is all loggers' of the host.
    public var logLevel: Logger.Level {
        get { shared.level }
        set { shared.level = newValue }
    }

    /// A piece of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a line.
    public func log(event: LogEvent) {
        var fields = metadata
        if let more = event.metadata { fields.merge(more) { $1 } }
        let pairs = fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        let line =
            switch format {
            case .text: Self.text(event.level, "\(event.message)", pairs)
            case .json: Self.json(event.level, "\(event.message)", pairs)
            }
        Self.write(line)
    }

    private static func text(_ level: Logger.Level, _ message: String, _ pairs: [(String, String)]) -> [UInt8] {
        var line = "\(Timestamp.now()) \(level) \(oneLine(message))"
        for (key, value) in pairs { line += " \(key)=\(oneLine(value))" }
        return Array((line + "\n").utf8)
    }

    private static func json(_ level: Logger.Level, _ message: String, _ pairs: [(String, String)]) -> [UInt8] {
        var object: [String: JSONValue] = [
            "time": .string(Timestamp.now()), "level": .string("\(level)"), "message": .string(message),
        ]
        for (key, value) in pairs where object[key] == nil { object[key] = .string(value) }
        return Array(JSONValue.object(object).serialized) + [UInt8(ascii: "\n")]
    }

    // What comes from outside must not be able to forge a line.
    static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            line += scalar.value < 0x20 || scalar.value == 0x7F ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
    }

    private static func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(STDERR_FILENO, rest.baseAddressOrNil, rest.count)
                // A log that can't be written must not stop the host.
                guard count > 0 || errno == EINTR else { return }
                rest = rest.dropFirst(max(count, 0))
            }
        }
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddressOrNil: UnsafeRawPointer? { UnsafeRawBufferPointer(rebasing: self).baseAddress }
}
