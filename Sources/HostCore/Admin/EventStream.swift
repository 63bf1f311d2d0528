import AdminAPI
import GRPCWire
import HostTransport
import SwiftProtobuf
import Synchronization

/// WatchEvents: tells a client what happens until either goes away. A client that doesn't read misses events, and sees it by their numbers.
final class EventStream: CallHandler {
    let kind = MethodKind.serverStreaming
    let policy = ReloadPolicy.pin
    let keepsRequest = false
    let path: [UInt8]
    let group: CallGroup
    private let hub: EventHub

    /// What a call keeps.
    private final class Subscription: Sendable {
        let number = Mutex(0)
        let isFull = Atomic<Bool>(false)
    }

    init(_ path: String, _ group: CallGroup, _ hub: EventHub) {
        self.path = Array(path.utf8)
        self.group = group
        self.hub = hub
    }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool {
        call.userState = Unmanaged.passRetained(Subscription()).toOpaque()
        return true
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        guard let subscription = subscription(of: call),
            let request = try? Streamhost_Admin_V1_WatchEventsRequest(serializedBytes: Array(message))
        else {
            _ = call.finish(CallEnd(Status(.internal, "the request could not be decoded")))
            return
        }
        let (loop, handle) = (call.loop, call.handle)
        // The answer has begun as soon as the client is subscribed: it may wait for that.
        _ = call.send(metadata: MetadataBlock())
        let number = hub.subscribe(recent: Int(request.recent), of: request.plugin) { event in
            guard let event else {
                _ = loop.finish(CallEnd(Status(.unavailable, "the host ends")), handle)
                return
            }
            guard !subscription.isFull.load(ordering: .relaxed) else { return }
            if loop.send(Streamhost_Admin_V1_Event(event), to: handle) == .full { subscription.isFull.store(true, ordering: .relaxed) }
        }
        subscription.number.withLock { $0 = number }
    }

    func halfClosed(_ call: ServerCall) {}

    func writable(_ call: ServerCall) {
        subscription(of: call)?.isFull.store(false, ordering: .relaxed)
    }

    // The hub ends the stream when the host has told all that happens.
    func drain(_ call: ServerCall) {}
    func cancelled(_ call: ServerCall, reason: CancelReason) {}
    func yield(_ call: ServerCall) -> YieldAnswer { .stays }

    func closed(_ call: ServerCall) {
        guard let state = call.userState else { return }
        hub.unsubscribe(Unmanaged<Subscription>.fromOpaque(state).takeRetainedValue().number.withLock { $0 })
        call.userState = nil
    }

    // SAFETY: what opened has put there and closed, the last event, takes away.
    private func subscription(of call: ServerCall) -> Subscription? {
        call.userState.map { Unmanaged<Subscription>.fromOpaque($0).takeUnretainedValue() }
    }
}
