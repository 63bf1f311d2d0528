import GRPCWire
import HostTransport
import PluginLoading

/// Taking plugins out of service.
extension PluginManager {
    private static let betweenLooks = Duration.milliseconds(20)
    private static let retirementLimit = Duration.seconds(5)

    /// What became of an unloaded plugin.
    struct Unloaded: Sendable {
        /// Calls that were ended.
        var ended = 0
        /// Whether nothing of it is left in the process.
        var isUnmapped = true
    }

    /// Refuses new calls with UNAVAILABLE, and waits for those in flight.
    /// - Returns: how many are left when the time is over.
    func drain(_ name: String, within limit: Duration) async throws(PluginError) -> Int {
        guard slots[name] != nil else { throw notLoaded(name) }
        await drainCalls(of: name)
        let left = await waitForCalls(of: name, within: limit)
        tell(HostEvent(.drained, plugin: name, "is drained: new calls are refused, \(left) are left"))
        return left
    }

    /// Serves new calls of a drained plugin again.
    func resume(_ name: String) throws(PluginError) {
        guard slots[name] != nil else { throw notLoaded(name) }
        setDraining(false, name)
        tell(HostEvent(.resumed, plugin: name, "serves new calls again"))
    }

    private func drainCalls(of name: String) async {
        setDraining(true, name)
        guard let generations = slots[name]?.generations else { return }
        for generation in generations.values { await transport.askToDrain(generation.group) }
    }

    private func setDraining(_ draining: Bool, _ name: String) {
        slots[name]?.active?.group.isDraining = draining
        updateHealth()
    }

    private func waitForCalls(of name: String, within limit: Duration) async -> Int {
        let deadline = ContinuousClock.now + limit
        while let live = slots[name]?.liveCalls, live > 0 {
            guard ContinuousClock.now < deadline else { return live }
            try? await Task.sleep(for: Self.betweenLooks)
        }
        return 0
    }

    /// Takes the plugin out of service and out of the process.
    /// - Parameters:
    ///   - drain: How long calls in flight may go on.
    ///   - force: Whether those that are left then are ended; else the unloading is refused, and the plugin serves on.
    func unload(_ name: String, drain: Duration, force: Bool) async throws(PluginError) -> Unloaded {
        guard let slot = slots[name] else { throw notLoaded(name) }
        let wasDraining = slot.active?.group.isDraining ?? false
        // Calls that get no time are not asked to end: the unloading may be refused.
        if drain > .zero { await drainCalls(of: name) } else { setDraining(true, name) }
        // Not in turn: others need not wait for these calls.
        _ = await waitForCalls(of: name, within: drain)
        return try await inTurn { () async throws(PluginError) in
            guard let slot = slots[name] else { throw notLoaded(name) }
            setDraining(true, name)
            var result = Unloaded()
            if slot.liveCalls > 0 {
                guard force else {
                    setDraining(wasDraining, name)
                    throw PluginError(.refused, await refusal(slot, name, after: drain))
                }
                for generation in slot.generations.values {
                    result.ended += await transport.endCalls(of: generation.group) { _ in
                        Status(.unavailable, "the service was unloaded")
                    }
                }
            }
            try await withdraw(name, &result)
            return result
        }
    }

    private func refusal(_ slot: PluginSlot, _ name: String, after drain: Duration) async -> String {
        let groups = slot.generations.values.map(\.group)
        let (calls, total) = await transport.calls(limit: 3) { group in groups.contains { $0 === group } }
        let some = calls.map { "\($0.path) of \($0.peer)" }.joined(separator: ", ")
        let more = total > calls.count ? ", ..." : ""
        return "plugin \(name) serves on: \(total) calls are open after \(drain.inMilliseconds) ms (\(some)\(more)); "
            + "give them more time (drain), or end them (force)"
    }

    /// Retires all generations and forgets the plugin.
    private func withdraw(_ name: String, _ result: inout Unloaded) async throws(PluginError) {
        slots[name]?.probation?.cancel()
        slots[name]?.probation = nil
        slots[name]?.ledger.withdrawn()
        servicesChanged()
        await transport.publish(routes)
        for number in slots[name]?.ledger.numbers ?? [] {
            guard let generation = slots[name]?.generations[number] else { continue }
            if let problem = await retireNow(generation, within: Self.retirementLimit) {
                throw PluginError(
                    .refused,
                    "plugin \(name) serves no more, but can't be unloaded: generation \(number) was asked to retire, and still has \(problem); "
                        + "unload it again to ask again"
                )
            }
            await finish(generation, of: name)
        }
        result.isUnmapped = slots[name]?.residentGenerations == 0
        slots[name]?.instruments.destroy()
        slots[name] = nil
        names.removeAll { $0 == name }
        tell(
            HostEvent(
                .unloaded,
                plugin: name,
                "unloaded; \(result.ended) calls ended, its library \(result.isUnmapped ? "was unmapped" : "stays mapped")"
            )
        )
    }
}
