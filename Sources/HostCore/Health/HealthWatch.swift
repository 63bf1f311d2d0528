import GRPCWire
import HostTransport
import StandardAPI
import SwiftProtobuf
import Synchronization

/// Watch: tells a client a service's state at once, and at each change. To one that doesn't read, the last one when it does.
final class HealthWatch: CallHandler {
    let kind = MethodKind.serverStreaming
    let policy = ReloadPolicy.pin
    let keepsRequest = false
    let path: [UInt8]
    let group: CallGroup
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
        self.board = board
    }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool {
        call.userState = Unmanaged.passRetained(Subscription()).toOpaque()
        return true
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        guard let subscription = subscription(of: call),
            let request = try? Grpc_Health_V1_HealthCheckRequest(serializedBytes: Array(message))
        else {
            _ = call.finish(CallEnd(Status(.internal, "the request could not be decoded as grpc.health.v1.HealthCheckRequest")))
            return
        }
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

    func halfClosed(_ call: ServerCall) {}

    func writable(_ call: ServerCall) {
        guard let subscription = subscription(of: call) else { return }
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

    func cancelled(_ call: ServerCall, reason: CancelReason) {}
    func yield(_ call: ServerCall) -> YieldAnswer { .stays }

    func closed(_ call: ServerCall) {
        guard let state = call.userState else { return }
        board.unwatch(Unmanaged<Subscription>.fromOpaque(state).takeRetainedValue().content.withLock { $0.number })
        call.userState = nil
    }

    // SAFETY: what opened has put there and closed, the last event, takes away.
    private func subscription(of call: ServerCall) -> Subscription? {
        call.userState.map { Unmanaged<Subscription>.fromOpaque($0).takeUnretainedValue() }
    }
}
