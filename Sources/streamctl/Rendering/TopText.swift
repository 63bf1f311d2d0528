import AdminAPI
import StreamHostClient

/// What a host was like at a moment.
struct TopSample: Sendable {
    /// Of a clock that only goes forward.
    let at: ContinuousClock.Instant
    let status: Streamhost_Admin_V1_HostStatus
    let plugins: [Streamhost_Admin_V1_PluginInfo]
}

/// The picture of `streamctl top`.
enum TopText {
    /// - Parameters:
    ///   - before: The sample before, for what is told by the second.
    ///   - now: Milliseconds since 1970.
    static func lines(_ sample: TopSample, before: TopSample?, at address: AdminAddress, now: Int64) -> [String] {
        let status = sample.status
        let head = [
            "streamhost \(status.version)", "process \(status.pid)",
            "up \(Human.milliseconds(Double(now - status.startedAt)))", "memory \(Human.bytes(status.residentBytes))",
            Human.count(status.connections, "connection"), Human.count(status.calls, "call"), "log \(status.logLevel)",
        ]
        let listeners = status.listeners.isEmpty ? "nothing" : status.listeners.joined(separator: ", ")
        return [
            Printable.line(head.joined(separator: "  ") + (status.draining ? "  DRAINING" : "")),
            Printable.line("listens on \(listeners)  admin \(address)"),
            "",
        ] + table(sample, before: before)
    }

    private static func table(_ sample: TopSample, before: TopSample?) -> [String] {
        guard !sample.plugins.isEmpty else { return PluginsText.lines([]) }
        var table = Table([
            .text("PLUGIN"), .text("VERSION"), .number("GEN"), .text("STATE"), .number("CALLS"), .number("CALLS/S"), .number("TOTAL"),
            .number("RELOADS"), .number("REFUSED"), .number("PAUSE"), .text("99 %"), .number("MAPPED"),
        ])
        for plugin in sample.plugins {
            let earlier = before?.plugins.first { $0.name == plugin.name }
            table.add([
                plugin.name, plugin.version, "\(plugin.generation)", PluginsText.state(plugin), "\(plugin.openCalls)",
                rate(plugin, since: earlier, seconds: before.map { sample.at - $0.at }), "\(plugin.totalCalls)",
                "\(plugin.reloads.accepted)", "\(plugin.reloads.refused + plugin.reloads.rolledBack)",
                PauseText.average(plugin.reloads).map(Human.milliseconds) ?? "-", PauseText.percentile(99, plugin.reloads) ?? "-",
                Human.bytes(plugin.generations.reduce(0) { $0 + $1.mappedBytes }),
            ])
        }
        return table.lines
    }

    /// Calls that were opened by the second between two samples. Counted by generation: one that the host has forgotten takes its calls with
    /// it, and they must not be subtracted from those of the others.
    static func rate(
        _ plugin: Streamhost_Admin_V1_PluginInfo,
        since earlier: Streamhost_Admin_V1_PluginInfo?,
        seconds: Duration?
    ) -> String {
        guard let earlier, let seconds, seconds > .zero else { return "-" }
        let opened = plugin.generations.reduce(Int64(0)) { sum, generation in
            let before = earlier.generations.first { $0.number == generation.number }?.callsTotal ?? 0
            return sum + max(0, generation.callsTotal - before)
        }
        return Human.rate(Double(opened) / (seconds / .seconds(1)))
    }
}
