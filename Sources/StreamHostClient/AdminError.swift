/// Why something that was asked of a host was not done.
public struct AdminError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Sendable, Hashable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// The address can't be read.
        public static let badAddress = Code("badAddress")
        /// No host answers there.
        public static let unreachable = Code("unreachable")
        /// A host was reached and didn't answer in time.
        public static let noAnswer = Code("noAnswer")
        /// The host says no.
        public static let refused = Code("refused")
        /// The host doesn't have what was named.
        public static let notFound = Code("notFound")
        /// What answers there is no host, or one that doesn't know this.
        public static let notOffered = Code("notOffered")
    }

    /// The kind.
    public let code: Code
    /// For a person: what was found, what was wanted, what to do.
    public let message: String
    /// The failure underneath, if there is one.
    public let cause: (any Error)?

    /// An error of that kind.
    public init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}
