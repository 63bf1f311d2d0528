import GRPCWire
import HostTransport
import SwiftProtobuf

/// Why a method of the host's own ends a call without an answer.
struct MethodFailure: Error {
    let status: Status

    init(_ code: StatusCode, _ message: String) {
        status = Status(code, message)
    }
}

/// A unary method of the host's own: the answer comes from a task, off the loop.
final class BuiltInMethod<Request: Message, Response: Message>: BuiltInHandler {
    typealias Answer = @Sendable (Request) async throws(MethodFailure) -> Response

    let kind = MethodKind.unary
    let path: [UInt8]
    let group: CallGroup
    let counts: MethodCounts
    private let answer: Answer

    init(_ path: String, _ group: CallGroup, _ answer: @escaping Answer) {
        self.path = Array(path.utf8)
        self.group = group
        counts = MethodCounts(loops: group.loops)
        self.answer = answer
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        guard let request = decode(message, of: call, as: Request.self) else { return }
        let (loop, handle) = (call.loop, call.handle)
        Task { [answer] in
            do throws(MethodFailure) {
                loop.send(try await answer(request), to: handle)
                _ = loop.finish(.ok, handle)
            } catch {
                _ = loop.finish(CallEnd(error.status), handle)
            }
        }
    }
}

extension CallLoop {
    /// Encodes the message and queues it. What can't be encoded isn't sent, and the call then ends without its answer.
    @discardableResult
    func send(_ message: some Message, to handle: CallHandle) -> ServerCall.SendResult {
        guard let bytes: [UInt8] = try? message.serializedBytes() else { return .misplaced }
        return bytes.withUnsafeBytes { send($0, to: handle) }
    }
}
