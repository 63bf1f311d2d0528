/// The status that a call ends with when a handler throws.
public struct RPCError: Error, Sendable, CustomStringConvertible {
    /// A gRPC status code other than OK; see the gRPC repository's `doc/statuscodes.md`.
    public struct Code: Sendable, Hashable, RawRepresentable {
        /// The number on the wire.
        public let rawValue: Int32
        /// The code of that number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// The call was cancelled.
        public static let cancelled = Code(rawValue: 1)
        /// An error of unknown kind.
        public static let unknown = Code(rawValue: 2)
        /// The request is wrong, whatever the state of the system.
        public static let invalidArgument = Code(rawValue: 3)
        /// The deadline passed before the work was done.
        public static let deadlineExceeded = Code(rawValue: 4)
        /// Something that was asked for is not there.
        public static let notFound = Code(rawValue: 5)
        /// Something that was to be made is there already.
        public static let alreadyExists = Code(rawValue: 6)
        /// The caller may not do this.
        public static let permissionDenied = Code(rawValue: 7)
        /// A quota, a limit or a resource is used up.
        public static let resourceExhausted = Code(rawValue: 8)
        /// The system is not in the state that this needs.
        public static let failedPrecondition = Code(rawValue: 9)
        /// The operation was given up, as after a conflict.
        public static let aborted = Code(rawValue: 10)
        /// Past the valid range, which may grow.
        public static let outOfRange = Code(rawValue: 11)
        /// Not offered by this service.
        public static let unimplemented = Code(rawValue: 12)
        /// INTERNAL: an invariant is broken.
        public static let internalError = Code(rawValue: 13)
        /// Not now: the client may try again.
        public static let unavailable = Code(rawValue: 14)
        /// Data is lost or corrupt for good.
        public static let dataLoss = Code(rawValue: 15)
        /// The caller is not known.
        public static let unauthenticated = Code(rawValue: 16)
    }

    /// What a client that tries again by itself is told; gRPC's proposal A6 calls it server pushback. It counts where the client has a retry
    /// policy that takes the code for worth a retry.
    public enum RetryPushback: Sendable, Hashable {
        /// Not before that time, in whole milliseconds, whatever the client's own pause would be.
        case after(Duration)
        /// Not at all.
        case never
    }

    /// The code.
    public var code: Code
    /// For the person at the client: what was found, what was wanted.
    public var message: String
    /// A serialized `google.rpc.Status` for programs; empty: none. See ``init(_:_:statusDetails:retryPushback:)``.
    public var details: [UInt8]
    /// When a client may try again; `nil`, which is the default: as its own policy says.
    public var retryPushback: RetryPushback?

    /// An error of that code and message.
    public init(_ code: Code, _ message: String, details: [UInt8] = [], retryPushback: RetryPushback? = nil) {
        self.code = code
        self.message = message
        self.details = details
        self.retryPushback = retryPushback
    }

    /// The code and the message.
    public var description: String { "\(code.rawValue): \(message)" }
}
