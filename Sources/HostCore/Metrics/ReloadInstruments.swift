import Metrics

/// What the reloads of a plugin amount to, as swift-metrics' instruments.
struct ReloadInstruments: Sendable {
    private let accepted, refused, rolledBack: Counter
    private let moved, pinned, ended: Counter
    private let pause: Timer

    init(plugin: String, factory: any MetricsFactory) {
        func reloads(_ outcome: String) -> Counter {
            Counter(label: "streamhost_reloads_total", dimensions: [("plugin", plugin), ("outcome", outcome)], factory: factory)
        }
        func calls(_ fate: String) -> Counter {
            Counter(label: "streamhost_reload_calls_total", dimensions: [("plugin", plugin), ("fate", fate)], factory: factory)
        }
        (accepted, refused, rolledBack) = (reloads("accepted"), reloads("refused"), reloads("rolled_back"))
        (moved, pinned, ended) = (calls("moved"), calls("pinned"), calls("ended"))
        pause = Timer(label: "streamhost_reload_pause_seconds", dimensions: [("plugin", plugin)], factory: factory)
    }

    /// One more.
    func count(_ verdict: ReloadVerdict) {
        switch verdict.outcome {
        case .accepted:
            accepted.increment()
            pause.recordNanoseconds(verdict.pause.nanoseconds)
        case .refused: refused.increment()
        case .rolledBack: rolledBack.increment()
        case .unchanged: return
        }
        moved.increment(by: verdict.moved)
        pinned.increment(by: verdict.pinned)
        ended.increment(by: verdict.ended)
    }

    /// The plugin is no more.
    func destroy() {
        for counter in [accepted, refused, rolledBack, moved, pinned, ended] { counter.destroy() }
        pause.destroy()
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 { Int64(clamping: components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000) }
}
