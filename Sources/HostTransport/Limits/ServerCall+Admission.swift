import GRPCWire

extension ServerCall {
    /// Takes the call's place among those that may be open, or says why there is none. Operators' calls need none.
    func admit(to handler: any CallHandler) -> Refusal? {
        guard connection.purpose == .services else { return nil }
        if loop.isShedding { return .heldBytes }
        if loop.hasAllCalls { return .callsOfProcess }
        if loop.limits.maxCallsPerSecond > 0, !loop.process.takeCall(now: CallLoop.coarseNow) { return .callRateOfProcess }
        guard connection.takeCall() else { return .callRateOfConnection }
        if !loop.quotas.isEmpty {
            var taken: [CallQuota] = []
            for quota in loop.quotas.of(path: handler.path) {
                if let refusal = quota.take(now: CallLoop.coarseNow) {
                    for other in taken { other.release() }
                    return refusal
                }
                taken.append(quota)
            }
            if !taken.isEmpty { withRare { $0.quotas = taken } }
        }
        loop.gauges.add(calls: 1)
        isAdmitted = true
        return nil
    }

    /// Gives the place back.
    func leave() {
        guard isAdmitted else { return }
        isAdmitted = false
        loop.gauges.add(calls: -1)
        guard let quotas = rare?.quotas, !quotas.isEmpty else { return }
        for quota in quotas { quota.release() }
        rare?.quotas = []
    }

    /// Answers in the place of a handler.
    func refuse(_ refusal: Refusal) {
        loop.refusals.count(refusal)
        service = .closed
        _ = finish(refusal.end)
    }

    /// Counts what the call keeps.
    @inline(__always)
    func countHeld() {
        let bytes = streamClosed ? 0 : deframer.buffered + queue.count
        guard bytes != Int(heldBytes) else { return }
        connection.hold(bytes: bytes - Int(heldBytes))
        heldBytes = Int32(clamping: bytes)
    }
}

extension Refusal {
    // gRFC A6: how long a client that retries is to wait. After a second rates begin anew.
    private static let pushbackName = Array("grpc-retry-pushback-ms".utf8)
    private static let pushback = Array("1000".utf8)

    fileprivate var end: CallEnd {
        let isOfServer = [.callsOfProcess, .callRateOfProcess, .heldBytes].contains(self)
        var end = CallEnd(Status(isOfServer ? .unavailable : .resourceExhausted, words))
        Self.pushbackName.withUnsafeBytes { name in
            Self.pushback.withUnsafeBytes { end.trailers.append(name: name, value: $0) }
        }
        return end
    }
}
