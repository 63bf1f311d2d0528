import GRPCWire
import HostTransport
import StandardAPI
import SwiftProtobuf
import Synchronization

/// Watch: tells a client a service's state at once, and at each change. To one that doesn't read, the last one when it does.
final class HealthWatch: BuiltInHandler {
    let kind = MethodKind.serverStreaming
    let path: [UInt8]
    let group: CallGroup
    let counts: MethodCounts
    private let board: HealthBoard

    /// What a call keeps.
    private final class Subscription: Sendable {
        struct Content {
            var number = 0
            var service = ""
            var isFull = false
            var hasMissed = false
        }

        let content = Mutex(Content())
    }

    init(_ path: String, _ group: CallGroup, _ board: HealthBoard) {
        self.path = Array(path.utf8)
        self.group = group
        counts = MethodCounts(loops: group.loops)
        self.board = board
    }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool {
        call.keep(Subscription())
        return true
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        guard let subscription = call.kept(Subscription.self),
            let request = decode(message, of: call, as: Grpc_Health_V1_HealthCheckRequest.self)
        else { return }
        let (loop, handle) = (call.loop, call.handle)
        let number = board.watch(request.service) { state in
            let goes = subscription.content.withLock { content in
                if content.isFull { content.hasMissed = true }
                return !content.isFull
            }
            guard goes, loop.send(Grpc_Health_V1_HealthCheckResponse(state), to: handle) == .full else { return }
            subscription.content.withLock { $0.isFull = true }
        }
        subscription.content.withLock { content in
            content.number = number
            content.service = request.service
        }
    }

    func writable(_ call: ServerCall) {
        guard let subscription = call.kept(Subscription.self) else { return }
        let missed: String? = subscription.content.withLock { content in
            content.isFull = false
            defer { content.hasMissed = false }
            return content.hasMissed ? content.service : nil
        }
        if let missed { call.loop.send(Grpc_Health_V1_HealthCheckResponse(board.state(of: missed)), to: call.handle) }
    }

    // What was told last is on its way: that the server doesn't serve.
    func drain(_ call: ServerCall) {
        _ = call.finish(CallEnd(Status(.unavailable, "the server is going away")))
    }

    func closed(_ call: ServerCall) {
        guard let subscription = call.takeKept(Subscription.self) else { return }
        board.unwatch(subscription.content.withLock { $0.number })
    }
}
