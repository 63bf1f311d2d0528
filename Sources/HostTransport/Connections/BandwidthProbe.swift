/// Estimates how many bytes of a client are on their way at a time, so that windows can let them be: what comes between a PING and its answer.
/// As gRPC's other servers do it: the estimate is doubled as long as windows look like what holds the client up.
struct BandwidthProbe {
    private static let mostMisses = 4

    private enum Phase {
        /// Bytes since the last answer.
        case idle(bytes: Int)
        /// Bytes since the PING left, at that time.
        case waiting(bytes: Int, since: UInt64)
    }

    /// The window that the path takes, as far as is known.
    private(set) var window: Int
    private let limit: Int
    private var phase = Phase.idle(bytes: 0)
    /// The best bytes a nanosecond so far.
    private var best = 0.0
    /// PINGs in a row that have changed nothing: the next one comes later.
    private var misses = 0

    init(window: Int, limit: Int) {
        self.window = window
        self.limit = limit
    }

    /// So many bytes have come. `true`: a PING is to be sent, and ``began(at:)`` to be called.
    mutating func received(_ bytes: Int) -> Bool {
        switch phase {
        case .waiting(let before, let start):
            phase = .waiting(bytes: before + bytes, since: start)
            return false
        case .idle(let before):
            phase = .idle(bytes: before + bytes)
            // Small calls never get there.
            return before + bytes >= (window / 4) << misses && window < limit
        }
    }

    /// The PING leaves.
    mutating func began(at now: UInt64) {
        phase = .waiting(bytes: 0, since: now)
    }

    /// The PING's answer has come. `true`: the window has grown.
    mutating func answered(at now: UInt64) -> Bool {
        guard case .waiting(let bytes, let start) = phase else { return false }
        phase = .idle(bytes: 0)
        misses = min(misses + 1, Self.mostMisses)
        let rate = Double(bytes) / Double(max(now &- start, 1))
        // Where more on its way has brought no more through, it waits in some queue. Two measurements of the same are never equal.
        guard rate >= best * 0.9 else { return false }
        best = max(rate, best)
        // Windows are given back by halves: less than one of them, and it isn't the window that holds the client up.
        guard bytes >= window / 2, window < limit else { return false }
        misses = 0
        window = min(window * 2, limit)
        return true
    }
}
