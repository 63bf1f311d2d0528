import GRPCWire
import HostTransport
import SwiftProtobuf

/// A method that the host serves itself. Its calls stay with it until they end; the rest is what most such methods do: nothing.
protocol BuiltInHandler: CallHandler {}

extension BuiltInHandler {
    var policy: ReloadPolicy { .pin }
    var keepsRequest: Bool { false }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool { true }
    func halfClosed(_ call: ServerCall) {}
    func writable(_ call: ServerCall) {}
    func drain(_ call: ServerCall) {}
    func cancelled(_ call: ServerCall, reason: CancelReason) {}
    func yield(_ call: ServerCall) -> YieldAnswer { .stays }
    func closed(_ call: ServerCall) {}

    /// The request that the message is; `nil`: it is none, and the call has ended.
    func decode<Request: Message>(_ message: UnsafeRawBufferPointer, of call: ServerCall, as type: Request.Type = Request.self) -> Request?
    {
        guard call.codec.isEmpty else {
            _ = call.finish(
                CallEnd(Status(.unimplemented, "found messages of another codec; wanted application/grpc or application/grpc+proto"))
            )
            return nil
        }
        if let request = try? Request(serializedBytes: Array(message)) { return request }
        _ = call.finish(CallEnd(Status(.internal, "the request could not be decoded as \(Request.protoMessageName)")))
        return nil
    }
}
