import AdminAPI
import GRPCWire
import HostTransport
import SwiftProtobuf
import Synchronization

/// WatchEvents: tells a client what happens until either goes away; that the host drains is no end, as the hub ends the stream. A client that doesn't read misses events, and sees it by their numbers.
final class EventStream: BuiltInHandler {
    let kind = MethodKind.serverStreaming
    let path: [UInt8]
    let group: CallGroup
    let counts: MethodCounts
    private let hub: EventHub

    /// What a call keeps.
    private final class Subscription: Sendable {
        let number = Mutex(0)
        let isFull = Atomic<Bool>(false)
    }

    init(_ path: String, _ group: CallGroup, _ hub: EventHub) {
        self.path = Array(path.utf8)
        self.group = group
        counts = MethodCounts(loops: group.loops)
        self.hub = hub
    }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool {
        call.keep(Subscription())
        return true
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        guard let subscription = call.kept(Subscription.self),
            let request = decode(message, of: call, as: Streamhost_Admin_V1_WatchEventsRequest.self)
        else { return }
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

    func writable(_ call: ServerCall) {
        call.kept(Subscription.self)?.isFull.store(false, ordering: .relaxed)
    }

    func closed(_ call: ServerCall) {
        guard let subscription = call.takeKept(Subscription.self) else { return }
        hub.unsubscribe(subscription.number.withLock { $0 })
    }
}
