import CoreMetrics

/// swift-metrics' way in. Counters' names end in `_total` and timers' in `_seconds`, as Prometheus has it: where they don't, that is appended.
extension PrometheusRegistry: MetricsFactory {
    /// A counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { counter(label, dimensions) }

    /// A counter.
    public func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(.gauge, label, dimensions) { _ in GaugeInstrument() }
    }

    /// A histogram where it aggregates, else a gauge.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return instrument(.gauge, label, dimensions) { _ in GaugeInstrument() } }
        return instrument(.histogram, label, dimensions) { HistogramInstrument(bounds: $0) }
    }

    /// A histogram in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(.histogram, Self.ending(label, "_seconds"), dimensions) { HistogramInstrument(bounds: $0) }
    }

    /// Its series is exported no more.
    public func destroyCounter(_ handler: any CounterHandler) { release(handler) }
    /// Its series is exported no more.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { release(handler) }
    /// Its series is exported no more.
    public func destroyMeter(_ handler: any MeterHandler) { release(handler) }
    /// Its series is exported no more.
    public func destroyRecorder(_ handler: any RecorderHandler) { release(handler) }
    /// Its series is exported no more.
    public func destroyTimer(_ handler: any TimerHandler) { release(handler) }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterInstrument {
        instrument(.counter, Self.ending(label, "_total"), dimensions) { _ in CounterInstrument() }
    }

    private static func ending(_ name: String, _ end: String) -> String { name.hasSuffix(end) ? name : name + end }
}
