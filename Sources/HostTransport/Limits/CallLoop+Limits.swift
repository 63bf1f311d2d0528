import NIOCore

extension CallLoop {
    /// Whether the process has as many calls as it may have.
    var hasAllCalls: Bool { process.isFull(gauges, limit: limits.maxCalls) }

    /// Calls keep so many bytes more, or fewer.
    @inline(__always)
    func hold(bytes count: Int) {
        gauges.add(bytes: count)
        guard count > 0, gauges.heldBytes > limits.maxHeldBytes, !isShedding else { return }
        isShedding = true
        // Not from here: an event of the connection is under way.
        eventLoop.execute { [self] in turn { relieve() } }
    }

    /// Once a second: what has waited for too long ends, and what is over is told.
    func sweep(now: UInt64) {
        for handshake in handshakes.values { handshake.look(now: now) }
        for connection in connections.values { connection.look(now: now) }
        relieve()
        let counted = refusals.counters
        let news = counted.since(toldRefusals)
        guard news != RefusalCounters() else { return }
        toldRefusals = counted
        onRefusals(news)
    }

    /// Where calls keep more bytes than the process may: no new calls, and the connections that hold the most are ended, until it is less.
    private func relieve() {
        let limit = limits.maxHeldBytes
        var total = process.heldBytes
        isShedding = total > limit
        guard isShedding else { return }
        let share = limit / process.loops.count
        for connection in connections.values.sorted(by: { $0.heldBytes > $1.heldBytes }) {
            guard total > limit, gauges.heldBytes > share, connection.heldBytes > 0 else { break }
            total -= connection.heldBytes
            connection.end(for: .heldBytesOfConnection)
        }
        isShedding = total > limit
    }
}
