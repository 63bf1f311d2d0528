import GRPCWire
import HostTransport
import StandardAPI
import SwiftProtobuf

/// ServerReflectionInfo: one answer to each question.
final class ReflectionInfo: CallHandler {
    let kind = MethodKind.bidirectional
    let policy = ReloadPolicy.pin
    let keepsRequest = false
    let path: [UInt8]
    let group: CallGroup
    private let board: DescriptorBoard

    init(_ path: String, _ group: CallGroup, _ board: DescriptorBoard) {
        self.path = Array(path.utf8)
        self.group = group
        self.board = board
    }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool { true }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        guard let question = try? Grpc_Reflection_V1_ServerReflectionRequest(serializedBytes: Array(message)) else {
            _ = call.finish(CallEnd(Status(.internal, "the request could not be decoded as ServerReflectionRequest")))
            return
        }
        // The next question when this one's answer has room.
        if call.loop.send(board.index.answer(question), to: call.handle) != .full { _ = call.request(1) }
    }

    func halfClosed(_ call: ServerCall) { _ = call.finish(.ok) }
    func writable(_ call: ServerCall) { _ = call.request(1) }
    func drain(_ call: ServerCall) {}
    func cancelled(_ call: ServerCall, reason: CancelReason) {}
    func yield(_ call: ServerCall) -> YieldAnswer { .stays }
    func closed(_ call: ServerCall) {}
}
