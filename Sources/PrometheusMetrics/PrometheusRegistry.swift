import Synchronization

/// What a process exports: the series of the instruments that it makes as swift-metrics' factory, and those that sources tell when they are asked.
///
/// Sources are for what is counted too often to go through an instrument: whoever counts keeps plain counters, and tells them when Prometheus comes.
public final class PrometheusRegistry: Sendable {
    /// Tells families by now.
    public typealias Source = @Sendable () async -> [MetricFamily]

    /// Upper bounds of histograms that ``describe(_:help:bounds:)`` says nothing else of: for seconds, from a millisecond to ten seconds.
    public static let defaultBounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    struct Series {
        let labels: [MetricFamily.Label]
        let instrument: any Instrument
        /// How many have been given it: swift-metrics' objects of one name and the same dimensions share it.
        var uses = 1
    }

    struct Family {
        let kind: MetricFamily.Kind
        var series: [Series] = []
    }

    private struct Description {
        var help: String
        var bounds: [Double]?
    }

    private struct State {
        var families: [String: Family] = [:]
        var descriptions: [String: Description] = [:]
        var sources: [Source] = []
    }

    private let state = Mutex(State())

    /// A registry with nothing in it.
    public init() {}

    /// Says what an instrument's family is, before the instrument is made: its name as it is exported, and upper bounds where it is a histogram.
    public func describe(_ name: String, help: String, bounds: [Double]? = nil) {
        state.withLock { $0.descriptions[MetricName.metric(name)] = Description(help: help, bounds: bounds) }
    }

    /// Adds a source. Its families' names must not be instruments' names.
    public func add(_ source: @escaping Source) {
        state.withLock { $0.sources.append(source) }
    }

    /// All families by now, by their names.
    public func families() async -> [MetricFamily] {
        var families = instruments()
        for source in state.withLock({ $0.sources }) { families += await source() }
        return families.sorted { $0.name < $1.name }
    }

    private func instruments() -> [MetricFamily] {
        state.withLock { state in
            state.families.map { name, content in
                var family = MetricFamily(content.kind, name, help: state.descriptions[name]?.help ?? "")
                for series in content.series { family.add(series.instrument.samples(series.labels)) }
                return family
            }
        }
    }

    // MARK: Instruments

    /// The instrument of that name and those labels, made where there is none. Where the name is another kind's, one that isn't exported: two kinds
    /// of one name are no valid text.
    func instrument<I: Instrument>(
        _ kind: MetricFamily.Kind,
        _ name: String,
        _ dimensions: [(String, String)],
        make: ([Double]) -> I
    ) -> I {
        let name = MetricName.metric(name)
        let labels = dimensions.map { MetricFamily.Label($0.0, $0.1) }.sorted { $0.name < $1.name }
        return state.withLock { state in
            let fresh = make(state.descriptions[name]?.bounds ?? Self.defaultBounds)
            var family = state.families[name] ?? Family(kind: kind)
            guard family.kind == kind else { return fresh }
            if let index = family.series.firstIndex(where: { $0.labels == labels }) {
                guard let shared = family.series[index].instrument as? I else { return fresh }
                state.families[name]?.series[index].uses += 1
                return shared
            }
            family.series.append(Series(labels: labels, instrument: fresh))
            state.families[name] = family
            return fresh
        }
    }

    /// One of those who were given the instrument needs it no more: with the last one its series goes.
    func release(_ instrument: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                guard let index = family.series.firstIndex(where: { $0.instrument === instrument }) else { continue }
                state.families[name]?.series[index].uses -= 1
                if family.series[index].uses == 1 { state.families[name]?.series.remove(at: index) }
                if state.families[name]?.series.isEmpty == true { state.families[name] = nil }
                return
            }
        }
    }
}
