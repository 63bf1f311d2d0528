import GRPCWire
import HostTransport
import StandardAPI
import SwiftProtobuf

/// ServerReflectionInfo: one answer to each question.
final class ReflectionInfo: BuiltInHandler {
    let kind = MethodKind.bidirectional
    let path: [UInt8]
    let group: CallGroup
    let counts: MethodCounts
    private let board: DescriptorBoard

    init(_ path: String, _ group: CallGroup, _ board: DescriptorBoard) {
        self.path = Array(path.utf8)
        self.group = group
        counts = MethodCounts(loops: group.loops)
        self.board = board
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        guard let question = decode(message, of: call, as: Grpc_Reflection_V1_ServerReflectionRequest.self) else { return }
        // The next question when this one's answer has room.
        if call.loop.send(board.index.answer(question), to: call.handle) != .full { _ = call.request(1) }
    }

    func halfClosed(_ call: ServerCall) { _ = call.finish(.ok) }
    func writable(_ call: ServerCall) { _ = call.request(1) }
}
