/// The status that a call ends with when a handler throws.
public struct RPCError: Error, Sendable, CustomStringConvertible {
    /// A gRPC status code other than OK; see the gRPC repository's `doc/statuscodes.md`.
    public struct Code: Sendable, Hashable, RawRepresentable {
        /// The number on the wire.
        public let rawValue: Int32
        /// The code of that number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        public static let cancelled = Code(rawValue: 1)
        public static let unknown = Code(rawValue: 2)
        public static let invalidArgument = Code(rawValue: 3)
        public static let deadlineExceeded = Code(rawValue: 4)
        public static let notFound = Code(rawValue: 5)
        public static let alreadyExists = Code(rawValue: 6)
        public static let permissionDenied = Code(rawValue: 7)
        public static let resourceExhausted = Code(rawValue: 8)
        public static let failedPrecondition = Code(rawValue: 9)
        public static let aborted = Code(rawValue: 10)
        public static let outOfRange = Code(rawValue: 11)
        public static let unimplemented = Code(rawValue: 12)
        public static let internalError = Code(rawValue: 13)
        public static let unavailable = Code(rawValue: 14)
        public static let dataLoss = Code(rawValue: 15)
        public static let unauthenticated = Code(rawValue: 16)
    }

    /// The code.
    public var code: Code
    /// For the person at the client: what was found, what was wanted.
    public var message: String
    /// A serialized `google.rpc.Status` for programs; empty: none.
    public var details: [UInt8]

    /// An error of that code and message.
    public init(_ code: Code, _ message: String, details: [UInt8] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The code and the message.
    public var description: String { "\(code.rawValue): \(message)" }
}
