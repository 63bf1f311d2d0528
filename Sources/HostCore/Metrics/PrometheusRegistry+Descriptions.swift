import PrometheusMetrics

extension PrometheusRegistry {
    /// Says what the host's own instruments are.
    func describeInstruments() {
        describe(
            "streamhost_access_log_dropped_total",
            help: "Lines of the access log that were not written: calls ended faster than that."
        )
        describe("streamhost_reloads_total", help: "Reloads of a plugin, by how they ended.")
        describe("streamhost_reload_calls_total", help: "Calls that were open in a reload, by what became of them.")
        describe(
            "streamhost_reload_pause_seconds",
            help: "Seconds for which an accepted reload held a plugin's calls, at most.",
            bounds: ReloadCounters.pauseBounds.map { $0 / 1000 }
        )
    }
}
