/// Why the transport could not do what was asked: an open code, and a message for a person.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Sendable, Equatable {
        private let name: String
        /// A listener could not be bound.
        public static let listenFailed = Code(name: "listenFailed")
        /// A certificate or a key can't be used.
        public static let badCredentials = Code(name: "badCredentials")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was found, what was wanted, and what to do.
    public let message: String

    /// The message.
    public var description: String { message }
}
