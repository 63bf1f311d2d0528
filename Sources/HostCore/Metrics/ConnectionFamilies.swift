import HostTransport
import PrometheusMetrics

/// Connections and loops.
enum ConnectionFamilies {
    /// Which host it is.
    static var build: MetricFamily {
        var build = MetricFamily(.gauge, "streamhost_build_info", help: "Always 1: the host's version is the label.")
        build.add(1, [.init("version", hostVersion)])
        return build
    }

    static func families(_ transport: Transport) -> [MetricFamily] {
        var open = MetricFamily(.gauge, "streamhost_connections_open", help: "Connections that are open.")
        open.add(transport.connectionCount)
        var opened = MetricFamily(.counter, "streamhost_connections_total", help: "Connections that were taken.")
        opened.add(transport.connectionsOpened)
        var goAways = MetricFamily(
            .counter,
            "streamhost_goaways_total",
            help: "Connections whose clients were told to open another one, by why."
        )
        for (reason, count) in transport.goAways.map({ (name($0.key), $0.value) }).sorted(by: { $0.0 < $1.0 }) {
            goAways.add(count, [.init("reason", reason)])
        }
        var refusals = MetricFamily(
            .counter,
            "streamhost_refusals_total",
            help: "Connections and calls that were refused or ended for the sake of the others, by why."
        )
        let refused = transport.refusals
        for refusal in Refusal.allCases { refusals.add(refused[refusal], [.init("reason", refusal.name)]) }
        var lag = MetricFamily(
            .histogram,
            "streamhost_loop_lag_seconds",
            help: "Seconds by which a timer of every 100 ms is late on an event loop's thread."
        )
        for (index, totals) in transport.loopLags.enumerated() {
            lag.add(counts: totals.counts, bounds: DurationTotals.bounds, sum: totals.sum, [.init("loop", "\(index)")])
        }
        return [open, opened, goAways, refusals, lag]
    }

    private static func name(_ reason: GoAwayReason) -> String {
        switch reason {
        case .shutdown: "shutdown"
        case .refusal(let refusal): refusal.name
        }
    }
}
