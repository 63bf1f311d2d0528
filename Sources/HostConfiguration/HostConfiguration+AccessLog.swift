extension HostConfiguration {
    /// A line for each call that has ended, or for some of them.
    public struct AccessLog: Sendable, Equatable {
        /// The file, where a relative path is seen from ``HostConfiguration/dataDirectory``; or `stderr`, or `off`. Default: `off`.
        /// ``Target/init(_:dataDirectory:)`` reads it.
        public var path: String = "off"

        /// The shape of a line. Default: `text`.
        public var format: Log.Format = .text

        /// The share of calls that are written, at random. Default: 1, which is all.
        public var sample: Double = 1

        /// Whether each call that didn't end with OK is written, whatever ``sample`` says. Default: `true`.
        public var failures: Bool = true

        /// Creates access log settings that hold the defaults.
        public init() {}

        /// Where the lines go.
        public enum Target: Sendable, Equatable {
            /// Nowhere.
            case off
            /// To standard error, among the log's lines.
            case standardError
            /// To this file, which is relative to the current folder if the data directory is.
            case file(String)
        }
    }

    /// Where the access log's lines go.
    public var accessLogTarget: AccessLog.Target { AccessLog.Target(accessLog.path, dataDirectory: dataDirectory) }
}

extension HostConfiguration.AccessLog.Target {
    /// Reads ``HostConfiguration/AccessLog/path``. A file that is really named `off` or `stderr` can be written as `./off`.
    public init(_ text: String, dataDirectory: String) {
        switch text {
        case "off": self = .off
        case "stderr": self = .standardError
        case _ where text.hasPrefix("/"): self = .file(text)
        default: self = .file(dataDirectory.hasSuffix("/") ? dataDirectory + text : "\(dataDirectory)/\(text)")
        }
    }
}
