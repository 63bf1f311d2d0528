import GRPCWire
import HostTransport
import Logging
import PluginLoading

/// The end of generations.
extension PluginManager {
    private static let betweenLooks = Duration.milliseconds(20)
    // How long a plugin may take to stop its own threads before it is told of.
    private static let patience = Duration.seconds(5)

    /// Lets the generation's last calls end, up to the drain limit, then retires it. Goes on beside whatever else is done.
    func retire(_ generation: PluginGeneration, of name: String) {
        let deadline = ContinuousClock.now + settings.drain
        Task {
            while generation.group.counts.live > 0, ContinuousClock.now < deadline { try? await Task.sleep(for: Self.betweenLooks) }
            if generation.group.counts.live > 0 {
                let ended = await transport.endCalls(of: generation.group) { _ in
                    Status(.unavailable, "the service was reloaded; try again")
                }
                logger.warning(
                    "plugin \(name): \(ended) calls of generation \(generation.number) were ended: reload.drainSeconds have passed"
                )
            }
            if let problem = await retireNow(generation, within: Self.patience) {
                logger.warning("plugin \(name): generation \(generation.number) was asked to retire, and still has \(problem)")
                while await retireNow(generation, within: Self.patience) != nil {}
            }
            await finish(generation, of: name)
        }
    }

    /// Asks the instance to retire until it has; answers what still lives when the time is over.
    func retireNow(_ generation: PluginGeneration, within limit: Duration) async -> String? {
        let deadline = ContinuousClock.now + limit
        while true {
            let retirement = await control.run { generation.plugin.retire() }
            let live = generation.group.counts.live
            if retirement == .done, live == 0 { return nil }
            guard ContinuousClock.now < deadline else {
                guard case .pending(let calls, let timers, let threads) = retirement else { return "\(live) calls" }
                return "\(max(UInt64(live), calls)) calls, \(timers) timers, \(threads) threads"
            }
            try? await Task.sleep(for: Self.betweenLooks)
        }
    }

    /// Frees the instance of a generation that has retired, and its library where that may be.
    func finish(_ generation: PluginGeneration, of name: String) async {
        // Once: an unloading and the retirement of a reload may come to the same one.
        guard slots[name]?.generations[generation.number] === generation else { return }
        slots[name]?.generations[generation.number] = nil
        await control.run { generation.plugin.destroy() }
        let unmapped = await control.run { generation.plugin.unmap() }
        let counts = generation.group.counts
        slots[name]?.records[generation.number]?.callsTotal = counts.opened
        slots[name]?.ledger.retired(generation.number)
        if unmapped {
            slots[name]?.records[generation.number]?.mappedBytes = 0
        } else {
            slots[name]?.staysMapped(generation.library)
        }
        let rest = unmapped ? "unmapped" : "its library (\(generation.library.staged.mappedBytes) bytes) stays mapped"
        events.publish(HostEvent(.retired, plugin: name, generation: generation.number, "generation \(generation.number) retired, \(rest)"))
        logger.debug("plugin \(name): generation \(generation.number) retired, \(rest)")
    }

    /// The host ends: all plugins retire, each within the limit. Their calls have ended by now.
    func retireAll(within limit: Duration) async {
        await turnstile.enter()
        for name in names {
            slots[name]?.probation?.cancel()
            for number in slots[name]?.ledger.numbers ?? [] {
                guard let generation = slots[name]?.generations[number] else { continue }
                if let problem = await retireNow(generation, within: limit) {
                    logger.warning("plugin \(name) did not retire within \(limit): it still has \(problem); it is left as it is")
                    continue
                }
                // Not unmapped: the process ends, and others' retirements may be under way.
                await control.run { generation.plugin.destroy() }
                slots[name]?.generations[number] = nil
            }
            logger.info("plugin \(name) retired")
        }
        names = []
        slots = [:]
        await turnstile.leave()
    }
}
