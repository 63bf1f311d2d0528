import AdminAPI

/// The plugins of a host, for a person.
enum PluginsText {
    /// A row for each plugin.
    static func lines(_ plugins: [Streamhost_Admin_V1_PluginInfo]) -> [String] {
        guard !plugins.isEmpty else { return ["no plugin is loaded; streamctl load LIB loads one"] }
        var table = Table([
            .text("PLUGIN"), .text("VERSION"), .number("GEN"), .text("STATE"), .number("CALLS"), .number("TOTAL"), .number("RELOADS"),
            .text("WATCHED"), .text("LIBRARY"),
        ])
        for plugin in plugins {
            table.add([
                plugin.name, plugin.version, "\(plugin.generation)", state(plugin), "\(plugin.openCalls)", "\(plugin.totalCalls)",
                "\(plugin.reloads.accepted)", plugin.watched ? "yes" : "no", plugin.library,
            ])
        }
        return table.lines
    }

    /// "serving", "draining", or "failed" where no generation serves.
    static func state(_ plugin: Streamhost_Admin_V1_PluginInfo) -> String {
        if plugin.draining { return "draining" }
        let active = plugin.generations.contains { $0.number == plugin.generation && $0.state == .active }
        return active || plugin.generations.isEmpty ? "serving" : "not serving"
    }
}

extension Streamhost_Admin_V1_PluginInfo {
    /// Calls that are open now, of all generations.
    var openCalls: Int64 { generations.reduce(0) { $0 + $1.calls } }
    /// Calls that were opened in the generations that the host still knows.
    var totalCalls: Int64 { generations.reduce(0) { $0 + $1.callsTotal } }
}
