import Synchronization

extension Transport {
    /// How often something was refused, and why, over all loops.
    public var refusals: RefusalCounters {
        loops.reduce(into: RefusalCounters()) { $0.add($1.refusals.counters) }
    }

    /// Sets the limits of services and methods. Calls that are open count on.
    public func setCallLimits(_ limits: [CallLimit]) async {
        let now = CallLoop.now
        let quotas = callQuotas.withLock { quotas in
            let before = quotas
            quotas = limits.map { limit in
                let previous = before.first { $0.limit.service == limit.service && $0.limit.method == limit.method }
                return CallQuota(limit, previous: previous, now: now)
            }
            return quotas
        }
        _ = await onEachLoop { $0.quotas = CallQuotas(quotas) }
    }
}
