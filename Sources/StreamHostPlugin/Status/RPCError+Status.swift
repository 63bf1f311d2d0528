import SwiftProtobuf

extension RPCError {
    /// An error with details for programs, which clients get as a `google.rpc.Status`:
    ///
    /// ```swift
    /// throw RPCError(.invalidArgument, "price must not be negative", statusDetails: [try Google_Protobuf_Any(message: violation)])
    /// ```
    ///
    /// They travel in the trailers, of which many clients take no more than 8 KiB in all.
    public init(
        _ code: Code,
        _ message: String,
        statusDetails: [Google_Protobuf_Any],
        retryPushback: RetryPushback? = nil
    ) throws {
        // Clients compare the code and the message with those of the call.
        let status = Google_Rpc_Status.with {
            $0.code = code.rawValue
            $0.message = message
            $0.details = statusDetails
        }
        self.init(code, message, details: try status.serializedBytes(), retryPushback: retryPushback)
    }
}
