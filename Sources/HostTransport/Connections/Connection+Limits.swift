import GRPCWire
import HTTP2Session
import NIOCore

/// What a connection may cost.
extension Connection {
    var coarseNow: UInt64 { CallLoop.coarseNow }

    // Frames other than data that may wait for a client that doesn't read, besides a few for each of its calls.
    private static let queuedFrames = 10_000
    private static let queuedFramesPerCall = 4

    /// Ends the connection where its client does too much of what costs only the server.
    func judge() {
        if pingsTooMuch { return end(for: .pings) }
        switch session.overdraft {
        case .controlFrames: end(for: .controlFrames)
        case .continuations: end(for: .continuations)
        case .resets: end(for: .resets)
        case .forcedResets: end(for: .forcedResets)
        case nil:
            if session.queuedFrames > Self.queuedFrames + Self.queuedFramesPerCall * calls.count { end(for: .queuedFrames) }
        }
    }

    /// Once a second: ends the connection where the host has waited for too long.
    func look(now: UInt64) {
        guard let context else { return }
        let facts = ConnectionWatch.Facts(
            isGreeted: session.isGreeted,
            openBlock: session.openBlock,
            hasCalls: !calls.isEmpty,
            owes: !context.channel.isWritable || heldBytes > 0 && calls.contains { $0.queue.count > 0 },
            taken: written
        )
        switch watch.look(facts, now: now, loop.limits.watch) {
        case nil: break
        // A client that has nothing to do is not at fault: it is asked to come again when it has.
        case .idle: askToLeave(for: .idle)
        case let refusal?: return end(for: refusal)
        }
        switch age.look(now: now, loop.limits.age) {
        case .nothing: break
        case .shutDown: askToLeave(for: .age)
        case .end: return endNow(Refusal.age.words)
        }
        switch keepalive.look(received: reads, now: now, loop.limits.keepalive) {
        case .nothing: break
        case .ping:
            session.ping(tag: Ping.keepalive.rawValue)
            askFlush()
        case .end:
            // Nobody is there to be told.
            loop.refusals.count(.keepalive)
            registry.failed(peer, Refusal.keepalive.words)
            context.close(promise: nil)
        }
    }

    private func askToLeave(for refusal: Refusal) {
        guard shutdown == .none else { return }
        leaves = .refusal(refusal)
        loop.refusals.count(refusal)
        shutDown()
    }

    func receivedPing() {
        let limits = loop.limits.keepalive
        // The session is reading: judged when it has.
        if keepalive.receivedPing(sent: session.sentUseful, hasCalls: !calls.isEmpty, now: now(), limits) { pingsTooMuch = true }
    }

    /// Ends this connection alone, and says why: its calls at once, its socket when the client has had time to read it.
    func end(for refusal: Refusal) {
        guard let context else { return }
        loop.refusals.count(refusal)
        registry.failed(peer, refusal.words)
        // Not as soon as it is written: a socket that is closed with bytes unread is reset, and the client loses what it has not read.
        closing = true
        registry.counts.countGoAway(.refusal(refusal))
        session.goAway(.enhanceYourCalm, reason: refusal.goAwayText)
        flush()
        lose()
        let channel = context.channel
        loop.eventLoop.scheduleTask(in: Self.shutdownAnswer) { channel.close(promise: nil) }
    }

    /// Whether one more call may begin now.
    func takeCall() -> Bool { callRate?.take(at: CallLoop.coarseNow) ?? true }

    /// Its calls keep so many bytes more, or fewer.
    @inline(__always)
    func hold(bytes count: Int) {
        heldBytes += count
        loop.hold(bytes: count)
    }
}
