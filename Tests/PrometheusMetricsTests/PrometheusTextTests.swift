import Testing

@testable import PrometheusMetrics

@Suite("Prometheus' text format")
struct PrometheusTextTests {
    private func text(_ families: MetricFamily...) -> String { String(decoding: PrometheusText.encode(families), as: UTF8.self) }

    @Test("A family is its help, its type and a line a series")
    func family() {
        var calls = MetricFamily(.counter, "calls_total", help: "Calls.")
        calls.add(3, [.init("method", "A"), .init("code", "OK")])
        calls.add(0.5, [.init("method", "B"), .init("code", "OK")])
        #expect(
            text(calls) == """
                # HELP calls_total Calls.
                # TYPE calls_total counter
                calls_total{method="A",code="OK"} 3
                calls_total{method="B",code="OK"} 0.5

                """
        )
    }

    @Test("A series without labels has no braces, and a family without series no lines")
    func bare() {
        var open = MetricFamily(.gauge, "open", help: "Open now.")
        open.add(-1)
        #expect(text(open, MetricFamily(.gauge, "none", help: "")) == "# HELP open Open now.\n# TYPE open gauge\nopen -1\n")
    }

    @Test("A histogram's buckets add up, and its last is +Inf")
    func histogram() {
        var seconds = MetricFamily(.histogram, "seconds", help: "How long.")
        seconds.add(counts: [2, 0, 1, 4], bounds: [0.1, 1, 2.5], sum: 17.25, [.init("a", "b")])
        #expect(
            text(seconds) == """
                # HELP seconds How long.
                # TYPE seconds histogram
                seconds_bucket{a="b",le="0.1"} 2
                seconds_bucket{a="b",le="1"} 2
                seconds_bucket{a="b",le="2.5"} 3
                seconds_bucket{a="b",le="+Inf"} 7
                seconds_sum{a="b"} 17.25
                seconds_count{a="b"} 7

                """
        )
    }

    @Test("What would end a label's value, or a line, is escaped")
    func escaping() {
        var family = MetricFamily(.gauge, "x", help: "a \"b\" \\ c\nd")
        family.add(1, [.init("l", "a \"b\" \\ c\nd é")])
        #expect(
            text(family) == """
                # HELP x a "b" \\\\ c\\nd
                # TYPE x gauge
                x{l="a \\"b\\" \\\\ c\\nd é"} 1

                """
        )
    }

    @Test(
        "Names have only what Prometheus allows",
        arguments: [("http.requests", "http_requests"), ("9a", "_9a"), ("", "_"), ("a:b-ü", "a:b__")]
    )
    func names(found: String, wanted: String) {
        #expect(MetricFamily(.gauge, found, help: "").name == wanted)
        #expect(MetricFamily.Label("a:b", "").name == "a_b")
    }

    @Test(
        "Numbers are as Go reads them",
        arguments: [
            (0, "0"), (1e15, "1000000000000000"), (0.00025, "0.00025"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
            (.nan, "NaN"),
        ] as [(Double, String)]
    )
    func numbers(value: Double, wanted: String) {
        #expect(PrometheusText.number(value) == wanted)
    }
}
