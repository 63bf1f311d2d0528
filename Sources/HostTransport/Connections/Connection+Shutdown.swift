import GRPCWire
import HTTP2Session
import NIOCore

/// Graceful shutdown.
extension Connection {
    /// Two steps (RFC 9113 6.8): no new streams please; and, when the client has surely heard, the last one that is served.
    func shutDown() {
        guard shutdown == .none, context != nil else { return }
        shutdown = .announced
        for call in calls { call.askToDrain() }
        session.announceShutdown()
        session.ping(tag: Ping.shutdown.rawValue)
        askFlush()
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        loop.eventLoop.scheduleTask(in: Self.shutdownAnswer) { [loop] in
            loop.turn { bound.value.goAway() }
        }
    }

    /// Whether the client was told to go elsewhere.
    var isShuttingDown: Bool { shutdown != .none }

    func receivedPingAck(tag: UInt64) {
        switch Ping(rawValue: tag) {
        case .shutdown: if shutdown == .announced { goAway() }
        case .bandwidth:
            guard probe.answered(at: now()) else { return }
            session.setConnectionWindow(max(probe.window, loop.limits.connectionWindowBytes))
        // That something has come is all that it is for.
        case .keepalive, nil: break
        }
    }

    private func goAway() {
        guard shutdown == .announced, context != nil else { return }
        shutdown = .goneAway
        session.goAway()
        registry.counts.countGoAway(leaves)
        askFlush()
    }

    /// The time to drain has passed: what still runs is told, answered UNAVAILABLE, and the connection closed.
    func endNow(_ reason: String = "the server is shutting down") {
        guard context != nil else { return }
        for call in calls where call.service != .closed && call.service != .none {
            call.reject(Status(.unavailable, reason), .shutdown)
        }
        if shutdown == .none { shutdown = .announced }
        goAway()
        flush()
        closeWhenWritten()
        // A client that doesn't read must not hold the shutdown up.
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        loop.eventLoop.scheduleTask(in: Self.shutdownAnswer) { bound.value.context?.close(promise: nil) }
    }
}
