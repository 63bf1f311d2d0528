import HostTransport
import Logging
import PluginLoading

/// Watching a new generation, and the way back.
extension PluginManager {
    private static let betweenLooks = Duration.milliseconds(50)
    // Fewer bad ends than that say nothing.
    private static let leastBad = 3

    func beginProbation(of new: PluginGeneration, _ name: String) {
        guard settings.probation > .zero, slots[name]?.reserve != nil else { return endProbation(of: name) }
        let end = ContinuousClock.now + settings.probation
        slots[name]?.probation = Task {
            while ContinuousClock.now < end {
                guard (try? await Task.sleep(for: Self.betweenLooks)) != nil else { return }
                if let reason = failure(of: new, name) { return await rollBackLate(new, name, because: reason) }
            }
            if slots[name]?.ledger.active == new.number { endProbation(of: name) }
        }
    }

    /// The active generation stays, whatever comes: the one before it retires.
    func endProbation(of name: String) {
        slots[name]?.probation?.cancel()
        slots[name]?.probation = nil
        guard let reserve = slots[name]?.reserve else { return }
        slots[name]?.ledger.probationPassed()
        retire(reserve, of: name)
    }

    /// Why the generation should not go on; `nil`: it is good, so far.
    private func failure(of new: PluginGeneration, _ name: String) -> String? {
        let counts = new.group.counts
        let bad = counts.refused + counts.failed
        guard bad >= Self.leastBad, bad * 2 >= counts.closed + counts.refused else { return nil }
        // One that was no better can't be the remedy.
        if let before = slots[name]?.reserve?.group.counts, before.closed > 0,
            (before.refused + before.failed) * 2 >= before.closed + before.refused
        {
            return nil
        }
        return "generation \(new.number) did not take \(counts.refused) calls, and ended \(counts.failed) of \(counts.closed) with UNKNOWN"
    }

    private func rollBackLate(_ new: PluginGeneration, _ name: String, because reason: String) async {
        await inTurn {
            guard slots[name]?.ledger.active == new.number, let old = slots[name]?.reserve else { return }
            slots[name]?.probation = nil
            let begin = ContinuousClock.now
            var verdict = ReloadVerdict(plugin: name)
            verdict.outcome = .rolledBack
            verdict.reason = reason
            verdict.from = new.number
            verdict.to = old.number
            verdict.tell(await rollBack(name, because: reason))
            verdict.total = ContinuousClock.now - begin
            slots[name]?.count(verdict)
            tell(HostEvent(.rolledBack, plugin: name, generation: old.number, verdict.summary, verdict: verdict), level: .warning)
        }
    }

    /// Gives calls and state back to the generation that was active before.
    @discardableResult
    func rollBack(_ name: String, because reason: String) async -> MoveReport {
        guard let new = slots[name]?.active, let old = slots[name]?.reserve else { return MoveReport() }
        await transport.beginHold(of: new.group, within: settings.yield) { old.canTake(over: $0) }
        do throws(PluginError) {
            try await control.run { () throws(PluginError) in
                // Where the new one has served nothing, the old one's state is the latest, and its calls that stayed may be at work on it.
                guard new.group.counts.opened > 0, let state = try new.plugin.save() else { return }
                try old.plugin.restore(state)
            }
        } catch {
            logger.warning(
                "plugin \(name): generation \(old.number) goes on with the state that it had when it was replaced: \(error)"
            )
        }
        old.group.isDraining = new.group.isDraining
        _ = slots[name]?.ledger.rolledBack(reason)
        let report = await transport.endHold(routes: routes)
        servicesChanged()
        // Of those that neither takes there is nobody left who could.
        if report.notTaken > 0 { await transport.returnNotTaken() }
        retire(new, of: name)
        return report
    }
}
