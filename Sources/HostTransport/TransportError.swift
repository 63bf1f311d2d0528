import Glibc
import NIOCore

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

extension TransportError {
    /// What the system said when a listener was to be bound, and what to do.
    public static func listen(_ address: String, _ error: any Error) -> TransportError {
        var reason = "\(error)"
        var hint = ""
        if let error = error as? IOError {
            reason = String(cString: strerror(error.errnoCode))
            switch error.errnoCode {
            case EADDRINUSE: hint = " Another process listens there: end it, or choose another address (port 0: any free one)."
            case EACCES: hint = " Ports below 1024, and folders of others, need rights that this process doesn't have."
            case EADDRNOTAVAIL: hint = " This machine has no such address."
            default: break
            }
        }
        return TransportError(code: .listenFailed, message: "cannot listen on \(address): \(reason).\(hint)")
    }
}
