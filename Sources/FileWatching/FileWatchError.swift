/// Files that can't be watched: why, in words.
public struct FileWatchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is, for programs.
    public var code: Code

    /// What happened and what to do, for people.
    public var message: String

    /// The message.
    public var description: String { message }

    /// Creates an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The kind of a failure. More kinds may come, so a `switch` over it needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, such as `system`.
        public let description: String

        private init(_ name: String) {
            description = name
        }

        /// The system refused what is needed: an inotify instance, a pipe or a thread.
        public static let system = Code("system")
    }
}
