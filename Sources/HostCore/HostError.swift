/// Why the host could not start or go on: an open code and a message for a person.
public struct HostError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Sendable, Equatable {
        private let name: String
        private init(_ name: String) { self.name = name }
        /// What was asked for can't be done whatever the machine's state: exit code 2.
        public static let badConfiguration = Code("badConfiguration")
        /// A listener could not be bound: exit code 1.
        public static let listenFailed = Code("listenFailed")
        /// No plugin could be loaded: exit code 1.
        public static let nothingToServe = Code("nothingToServe")
        /// The system refused what the host needs: exit code 1.
        public static let system = Code("system")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was found, what was wanted, and what to do.
    public let message: String

    /// The message.
    public var description: String { message }
}
