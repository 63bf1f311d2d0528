/// gRPC's keepalive (the gRPC repository's `doc/keepalive.md`, proposals A8 and A9): finds clients that are gone without a word, and those
/// that ping too much.
///
/// Decides and does nothing else. ``look(_:now:_:)`` is asked about once a second.
struct Keepalive {
    /// In nanoseconds.
    struct Limits: Sendable, Equatable {
        /// Nothing came for so long: a PING is sent; 0: never.
        var interval: UInt64
        /// Nothing came for so long after it: the connection is dead.
        var timeout: UInt64
        /// A client's PINGs may come so often.
        var leastInterval: UInt64
        /// Whether they may while it has no calls.
        var permitsWithoutCalls: Bool
    }

    /// What is to be done.
    enum Step: Equatable {
        case nothing, ping, end
    }

    // A client may be wrong so often, as in gRPC's other servers: networks bunch what was sent apart.
    private static let mostStrikes = 2
    // Without calls nothing is to be kept alive, and a client should wait for as long as servers themselves do.
    private static let leastIntervalWithoutCalls: UInt64 = 7200 * 1_000_000_000

    private var received: UInt64 = 0
    private var quietSince: UInt64?
    private var pingedAt: UInt64?
    private var sent: UInt64 = 0
    private var lastPing: UInt64?
    private var strikes = 0

    /// `received` grows with what comes from the client.
    mutating func look(received: UInt64, now: UInt64, _ limits: Limits) -> Step {
        guard received == self.received, let quiet = quietSince else {
            self.received = received
            quietSince = now
            pingedAt = nil
            return .nothing
        }
        if let pingedAt { return now - min(pingedAt, now) >= limits.timeout ? .end : .nothing }
        guard limits.interval > 0, now - min(quiet, now) >= limits.interval else { return .nothing }
        pingedAt = now
        return .ping
    }

    /// The client has sent a PING. `sent` grows with the HEADERS and DATA that the host sends: whoever is served may ping, to measure the
    /// path. `true`: it pings too much.
    mutating func receivedPing(sent: UInt64, hasCalls: Bool, now: UInt64, _ limits: Limits) -> Bool {
        if sent != self.sent {
            self.sent = sent
            strikes = 0
            lastPing = nil
        }
        let least =
            hasCalls || limits.permitsWithoutCalls ? limits.leastInterval : max(limits.leastInterval, Self.leastIntervalWithoutCalls)
        if let lastPing, now - min(lastPing, now) < least { strikes += 1 }
        lastPing = now
        return strikes > Self.mostStrikes
    }
}
