import GRPCWire
import HostTransport
import Logging
import PluginLoading

/// Replacing a plugin's code under its calls; `docs/reload.md` tells the steps.
extension PluginManager {
    /// Replaces the plugin's code by what its file is now.
    ///
    /// A wish that comes while the same waits for its turn is content with that one: it will see the file as it is then.
    func reload(_ name: String, _ options: ReloadOptions = ReloadOptions()) async throws(PluginError) -> ReloadVerdict {
        guard slots[name] != nil else { throw notLoaded(name) }
        if let same = waiting[name], same.options == options {
            logger.debug("plugin \(name): one more wish for the reload that waits for its turn")
            return await same.task.value
        }
        let begin = ContinuousClock.now
        let task = Task {
            await inTurn {
                waiting[name] = nil
                var verdict = await performReload(name, options)
                verdict.total = ContinuousClock.now - begin
                conclude(verdict)
                return verdict
            }
        }
        waiting[name] = (options, task)
        return await task.value
    }

    private func performReload(_ name: String, _ options: ReloadOptions) async -> ReloadVerdict {
        var verdict = ReloadVerdict(plugin: name)
        guard let old = slots[name]?.active else {
            verdict.outcome = .refused
            verdict.reason = "it is being unloaded"
            return verdict
        }
        verdict.from = old.number
        verdict.to = old.number
        do throws(PluginError) {
            guard let new = try await prepareReload(of: old, name, options) else {
                verdict.outcome = .unchanged
                return verdict
            }
            try await switchOver(from: old, to: new, name, options, &verdict)
            return verdict
        } catch {
            verdict.outcome = .refused
            verdict.reason = error.message
            return verdict
        }
    }

    // MARK: Stage, check, start

    /// `nil`: the file is what is loaded already.
    private func prepareReload(
        of old: PluginGeneration,
        _ name: String,
        _ options: ReloadOptions
    ) async throws(PluginError) -> PluginGeneration? {
        let path = options.library ?? old.library.staged.original
        let config = options.config ?? old.config
        guard case .begin(let number)? = slots[name]?.ledger.begin() else {
            throw PluginError(
                .refused,
                "\(slots[name]?.ledger.live ?? 0) generations of it are live, and no more may be (reload.maxGenerations): wait until the calls "
                    + "of the old ones have ended (streamctl calls \(name)), or raise the setting"
            )
        }
        do throws(PluginError) {
            let staged = try await stage(path)
            if staged.sha256 == old.library.staged.sha256, config == old.config, !options.force {
                staged.remove()
                slots[name]?.ledger.dropped(number)
                return nil
            }
            // An operator's own name for a plugin says nothing of what its library must call itself.
            let library = try await map(staged, as: old.library.name)
            slots[name]?.ledger.advanced(number)
            let plugin = try await start(library, name: name, config: config)
            slots[name]?.ledger.advanced(number)
            return register(plugin, number, config: config)
        } catch {
            slots[name]?.ledger.failed(number, error.message)
            throw error
        }
    }

    // MARK: Hand over, publish, move

    private func switchOver(
        from old: PluginGeneration,
        to new: PluginGeneration,
        _ name: String,
        _ options: ReloadOptions,
        _ verdict: inout ReloadVerdict
    ) async throws(PluginError) {
        let policy = options.policy
        // From here on the way back is to the old generation, and no longer to the one before it.
        endProbation(of: name)
        await transport.beginHold(of: old.group, within: settings.yield) { handler in
            policy != .pin && new.canTake(over: handler)
        }
        do throws(PluginError) {
            try await control.run { () throws(PluginError) in
                if let state = try old.plugin.save() { try new.plugin.restore(state) }
            }
        } catch {
            // What has let go goes back: the routes are the old one's still.
            verdict.pause = (await transport.endHold(routes: routes)).hold
            slots[name]?.ledger.failed(new.number, error.message)
            retire(new, of: name)
            throw error
        }
        new.group.isDraining = old.group.isDraining
        slots[name]?.ledger.published(new.number)
        let report = await transport.endHold(routes: routes)
        servicesChanged()
        verdict.to = new.number
        verdict.tell(report)
        if report.notTaken * 2 > report.moved + report.notTaken {
            let all = report.moved + report.notTaken
            let reason = "generation \(new.number) did not take \(report.notTaken) of the \(all) calls that moved"
            let back = await rollBack(name, because: reason)
            verdict.outcome = .rolledBack
            verdict.reason = reason
            verdict.to = old.number
            verdict.moved = back.moved
            verdict.ended = report.abandoned + back.abandoned
            verdict.pause += back.hold
            return
        }
        if report.notTaken > 0 { await transport.returnNotTaken() }
        verdict.ended = report.abandoned + (await endUnserved(of: old, by: new, policy))
        verdict.pinned = old.group.counts.live
        beginProbation(of: new, name)
    }

    /// Ends the old generation's calls that are not to go on: of methods that are no more, and of those whose policy says so.
    private func endUnserved(of old: PluginGeneration, by new: PluginGeneration, _ policy: ReloadOptions.Policy) async -> Int {
        await transport.endCalls(of: old.group) { handler in
            if new.handler(handler.path) == nil { return handler.notServed }
            guard policy == .end || (policy == .method && handler.policy == .end) else { return nil }
            return Status(.unavailable, "the service was reloaded; try again")
        }
    }

    private func conclude(_ verdict: ReloadVerdict) {
        slots[verdict.plugin]?.count(verdict)
        slots[verdict.plugin]?.prune()
        switch verdict.outcome {
        case .accepted:
            tell(HostEvent(.reloaded, plugin: verdict.plugin, generation: verdict.to, verdict.summary, verdict: verdict))
        case .refused:
            tell(
                HostEvent(.reloadRefused, plugin: verdict.plugin, generation: verdict.to, verdict.summary, verdict: verdict),
                level: .warning
            )
        case .rolledBack:
            tell(
                HostEvent(.rolledBack, plugin: verdict.plugin, generation: verdict.to, verdict.summary, verdict: verdict),
                level: .warning
            )
        case .unchanged:
            logger.debug("plugin \(verdict.plugin) \(verdict.summary)")
        }
    }
}

extension MoveReport {
    var hold: Duration { .nanoseconds(Int64(clamping: holdNanoseconds)) }
}

extension ReloadVerdict {
    /// How the calls that went on have fared.
    mutating func tell(_ report: MoveReport) {
        pause = report.hold
        pauses = CallPauses(report.pauses)
        moved = report.moved
    }
}
