import Synchronization

/// Why a client is told by GOAWAY that its connection takes no more calls.
public enum GoAwayReason: Hashable, Sendable {
    /// The host ends.
    case shutdown
    /// A limit.
    case refusal(Refusal)
}

/// What has become of connections so far, over all loops.
final class ConnectionCounts: Sendable {
    private let goAways = Mutex([GoAwayReason.shutdown: 0])
    private let opened = Atomic<Int>(0)

    func countOpened() { opened.wrappingAdd(1, ordering: .relaxed) }
    func countGoAway(_ reason: GoAwayReason) { goAways.withLock { $0[reason, default: 0] += 1 } }

    var openedTotal: Int { opened.load(ordering: .relaxed) }
    var goAwayTotals: [GoAwayReason: Int] { goAways.withLock { $0 } }
}
