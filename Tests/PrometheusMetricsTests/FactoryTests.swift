import Metrics
import PrometheusMetrics
import Testing

@Suite("swift-metrics' instruments")
struct FactoryTests {
    private let registry = PrometheusRegistry()

    private func text() async -> String { String(decoding: PrometheusText.encode(await registry.families()), as: UTF8.self) }

    /// The lines of series, without help and type.
    private func series() async -> [String] { await text().split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") } }

    @Test("A counter grows, and its name ends in _total")
    func counter() async {
        let counter = Counter(label: "lines", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        counter.increment(by: 2)
        counter.increment()
        #expect(await text() == "# HELP lines_total \n# TYPE lines_total counter\nlines_total{a=\"1\",b=\"2\"} 3\n")
    }

    @Test("A counter doesn't fall")
    func falling() async {
        let counter = FloatingPointCounter(label: "x_total", factory: registry)
        counter.increment(by: 1.5)
        counter.increment(by: -1)
        #expect(await series() == ["x_total 1.5"])
    }

    @Test("Two of one name and the same labels are one series, until both are gone")
    func shared() async {
        let (first, second) = (
            Counter(label: "x", dimensions: [("a", "1"), ("b", "2")], factory: registry),
            Counter(label: "x", dimensions: [("b", "2"), ("a", "1")], factory: registry)
        )
        first.increment()
        second.increment()
        #expect(await series() == ["x_total{a=\"1\",b=\"2\"} 2"])
        first.destroy()
        #expect(await series().count == 1)
        second.destroy()
        #expect(await text() == "")
    }

    @Test("A gauge is its last value, a meter what was added and taken")
    func gauges() async {
        let gauge = Gauge(label: "gauge", factory: registry)
        gauge.record(4)
        gauge.record(2.5)
        let meter = Meter(label: "meter", factory: registry)
        meter.set(10)
        meter.increment(by: 2)
        meter.decrement(by: 5)
        #expect(await series() == ["gauge 2.5", "meter 7"])
    }

    @Test("A timer is a histogram in seconds, with the bounds that were told for it")
    func timer() async {
        registry.describe("wait_seconds", help: "Waiting.", bounds: [0.5, 2])
        let timer = Timer(label: "wait", factory: registry)
        timer.recordMilliseconds(500)
        timer.recordSeconds(3)
        #expect(
            await text() == """
                # HELP wait_seconds Waiting.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="0.5"} 1
                wait_seconds_bucket{le="2"} 1
                wait_seconds_bucket{le="+Inf"} 2
                wait_seconds_sum 3.5
                wait_seconds_count 2

                """
        )
    }

    @Test("A recorder keeps all values; what is no number counts as none")
    func recorder() async {
        registry.describe("sizes", help: "", bounds: [10])
        let recorder = Recorder(label: "sizes", factory: registry)
        recorder.record(5)
        recorder.record(50)
        recorder.record(Double.nan)
        #expect(await series() == ["sizes_bucket{le=\"10\"} 1", "sizes_bucket{le=\"+Inf\"} 2", "sizes_sum 55", "sizes_count 2"])
    }

    @Test("A name that is another kind's is not exported twice")
    func clash() async {
        Counter(label: "x_total", factory: registry).increment()
        Gauge(label: "x_total", factory: registry).record(7)
        #expect(await text() == "# HELP x_total \n# TYPE x_total counter\nx_total 1\n")
    }

    @Test("Sources are asked each time, and all families come by their names")
    func sources() async {
        registry.add {
            var family = MetricFamily(.gauge, "a", help: "")
            family.add(1)
            var last = MetricFamily(.gauge, "z", help: "")
            last.add(2)
            return [last, family]
        }
        Gauge(label: "m", factory: registry).record(3)
        #expect(await series() == ["a 1", "m 3", "z 2"])
    }
}
