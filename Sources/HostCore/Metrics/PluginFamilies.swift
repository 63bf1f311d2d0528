import HostTransport
import PrometheusMetrics

/// What is told of a plugin.
struct PluginFacts: Sendable {
    struct Generation: Sendable {
        let number: Int
        let version: String
        let isActive: Bool
        let calls: CallGroup.Counts
    }

    let name: String
    /// Those that have not retired.
    let generations: [Generation]
    let residentGenerations: Int
    let residentBytes: Int
}

/// Plugins and their generations. A generation's series end when it has retired: there are never more than `reload.maxGenerations` of a plugin,
/// however often it is reloaded. What is counted by method goes on instead: see ``CallFamilies``.
enum PluginFamilies {
    private typealias Label = MetricFamily.Label

    static func families(_ plugins: [PluginFacts]) -> [MetricFamily] {
        var info = MetricFamily(
            .gauge,
            "streamhost_plugin_info",
            help: "Always 1: the version of the generation that takes a plugin's new calls."
        )
        var active = MetricFamily(.gauge, "streamhost_plugin_generation", help: "The generation that takes a plugin's new calls.")
        var live = MetricFamily(.gauge, "streamhost_plugin_live_generations", help: "Generations of a plugin that have not retired.")
        var resident = MetricFamily(
            .gauge,
            "streamhost_plugin_resident_generations",
            help: "Generations that have retired and whose libraries stay mapped."
        )
        var bytes = MetricFamily(
            .gauge,
            "streamhost_plugin_resident_bytes",
            help: "Bytes of address space of retired generations' libraries."
        )
        var open = MetricFamily(.gauge, "streamhost_generation_calls_open", help: "Calls that a generation has.")
        var opened = MetricFamily(
            .counter,
            "streamhost_generation_calls_total",
            help: "Calls that a generation was given, those included that moved to it."
        )
        var failed = MetricFamily(.counter, "streamhost_generation_failed_calls_total", help: "Calls that a generation ended with UNKNOWN.")
        var refused = MetricFamily(.counter, "streamhost_generation_refused_calls_total", help: "Calls that a generation did not take.")
        for plugin in plugins {
            let labels = [Label("plugin", plugin.name)]
            live.add(plugin.generations.count, labels)
            resident.add(plugin.residentGenerations, labels)
            bytes.add(plugin.residentBytes, labels)
            for generation in plugin.generations {
                if generation.isActive {
                    info.add(1, labels + [Label("version", generation.version)])
                    active.add(generation.number, labels)
                }
                let labels = labels + [Label("generation", "\(generation.number)")]
                open.add(generation.calls.live, labels)
                opened.add(generation.calls.opened, labels)
                failed.add(generation.calls.failed, labels)
                refused.add(generation.calls.refused, labels)
            }
        }
        return [info, active, live, resident, bytes, open, opened, failed, refused]
    }
}
