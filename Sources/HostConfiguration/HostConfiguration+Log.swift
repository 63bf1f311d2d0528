import Logging

extension HostConfiguration {
    /// What the host writes to its log, and how.
    public struct Log: Sendable, Equatable {
        /// The least severe level that is written. Default: `info`.
        public var level: Logger.Level = .info

        /// The shape of a line. Default: `text`.
        public var format: Format = .text

        /// Creates log settings that hold the defaults.
        public init() {}

        /// The shape of a log line.
        public enum Format: String, Sendable, Equatable, CaseIterable {
            /// For people.
            case text

            /// One JSON object a line, for log collectors.
            case json
        }
    }
}
