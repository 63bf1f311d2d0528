import Foundation
import StreamHostPlugin

/// What the system says to a call about a file.
struct DiskError: Error, Equatable, Sendable, CustomStringConvertible {
    /// As in errno(3).
    let number: Int32
    let operation: String
    let path: String

    init(_ number: Int32, _ operation: String, _ path: String) {
        self.number = number
        self.operation = operation
        self.path = path
    }

    /// The error of the call that has just failed.
    static func last(_ operation: String, _ path: String) -> DiskError { DiskError(errno, operation, path) }

    /// For the operator.
    var description: String { "\(operation) \(path): \(String(cString: strerror(number)))" }

    var isNotFound: Bool { number == ENOENT || number == ENOTDIR }
    var exists: Bool { number == EEXIST }

    /// For the client, without the server's paths.
    var forClient: RPCError {
        switch number {
        case ENOSPC, EDQUOT, EFBIG:
            RPCError(.resourceExhausted, "the server's disk has no room for the file; nothing was kept")
        case EMFILE, ENFILE, ENOMEM: RPCError(.resourceExhausted, "the server has too many files open; try again later")
        default: RPCError(.internalError, "the server's disk failed (\(String(cString: strerror(number))))")
        }
    }
}
