/// What the transport has counted, for metrics. None of it asks a loop: all is read from where the loops write it.
extension Transport {
    /// Requests of gRPC's that no handler was there for: of methods that aren't served, or that broke a rule before one was looked for.
    public var unservedCounts: MethodCounts.Totals { loops.reduce(into: MethodCounts.Totals()) { $0.add($1.unserved.totals) } }

    /// Connections that were taken so far.
    public var connectionsOpened: Int { registry.counts.openedTotal }

    /// GOAWAYs by why they were sent.
    public var goAways: [GoAwayReason: Int] { registry.counts.goAwayTotals }

    /// How late each loop was, from ``watchLag()`` on.
    public var loopLags: [DurationTotals] { loops.map(\.lag.totals) }

    /// Begins to look how late the loops are; once.
    public func watchLag() {
        for loop in loops { loop.mail { $0.lag.watch($0) } }
    }
}

extension MethodCounts.Totals {
    /// Adds another method's, or another loop's.
    mutating func add(_ other: Self) {
        started += other.started
        for index in ended.indices { ended[index] += other.ended[index] }
        messagesIn += other.messagesIn
        messagesOut += other.messagesOut
        bytesIn += other.bytesIn
        bytesOut += other.bytesOut
        queuedBytes += other.queuedBytes
        durations.add(other.durations)
    }
}
