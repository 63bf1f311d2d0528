/// Says when a connection has kept the server waiting for too long. It is asked about once a second, so that nothing on the way of bytes
/// reads a clock.
struct ConnectionWatch {
    /// How long each may last, in nanoseconds; 0: for ever.
    struct Limits: Sendable, Equatable {
        var handshake: UInt64
        var headers: UInt64
        var idle: UInt64
        var stalledWrite: UInt64
    }

    /// How the connection stands.
    struct Facts {
        /// The client's preface is whole.
        var isGreeted: Bool
        /// The stream whose header block is not whole; 0: none.
        var openBlock: Int32
        var hasCalls: Bool
        /// There is something that waits for the client to read, or to grant window.
        var owes: Bool
        /// Grows with what the client takes.
        var taken: UInt64
    }

    private var greetingSince: UInt64?
    private var blockSince: UInt64?
    private var idleSince: UInt64?
    private var stallSince: UInt64?
    private var block: Int32 = 0
    private var taken: UInt64 = 0

    /// What has lasted too long.
    mutating func look(_ facts: Facts, now: UInt64, _ limits: Limits) -> Refusal? {
        if facts.openBlock != block { blockSince = nil }
        block = facts.openBlock
        if facts.taken != taken { stallSince = nil }
        taken = facts.taken
        // All of them each time: each keeps its own beginning.
        let greeting = Self.lasts(!facts.isGreeted, since: &greetingSince, now, limits.handshake)
        let block = Self.lasts(facts.openBlock != 0, since: &blockSince, now, limits.headers)
        let stall = Self.lasts(facts.owes, since: &stallSince, now, limits.stalledWrite)
        let idle = Self.lasts(facts.isGreeted && !facts.hasCalls, since: &idleSince, now, limits.idle)
        if greeting { return .handshake }
        if block { return .slowHeaders }
        if stall { return .stalledWrite }
        return idle ? .idle : nil
    }

    private static func lasts(_ holds: Bool, since: inout UInt64?, _ now: UInt64, _ limit: UInt64) -> Bool {
        guard holds else {
            since = nil
            return false
        }
        guard let begun = since else {
            since = now
            return false
        }
        return limit > 0 && now - min(begun, now) >= limit
    }
}
