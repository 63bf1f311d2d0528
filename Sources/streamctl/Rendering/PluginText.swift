import AdminAPI

/// One plugin with all that the host knows of it, for a person.
enum PluginText {
    static func lines(_ plugin: Streamhost_Admin_V1_PluginInfo, now: Int64) -> [String] {
        var lines = ["\(plugin.name) \(plugin.version)" + (plugin.sdk.isEmpty ? "" : " (\(plugin.sdk))")].map(Printable.line)
        lines.append("  library     \(Printable.line(plugin.library))" + (plugin.watched ? ", watched" : ""))
        lines.append("  state       \(PluginsText.state(plugin)), generation \(plugin.generation)")
        lines += reloads(plugin.reloads)
        lines.append("")
        lines += services(plugin.services)
        lines.append("")
        lines += generations(plugin.generations, now: now)
        return lines
    }

    private static func services(_ services: [Streamhost_Admin_V1_ServiceInfo]) -> [String] {
        var table = Table([.text("METHOD"), .text("KIND"), .text("ON RELOAD")])
        for service in services {
            for method in service.methods { table.add(["\(service.name)/\(method.name)", words(method.kind), method.reload]) }
        }
        return table.rows.isEmpty ? ["it serves nothing"] : table.lines
    }

    private static func words(_ kind: String) -> String { kind.split(separator: "_").joined(separator: " ") }

    private static func generations(_ generations: [Streamhost_Admin_V1_GenerationInfo], now: Int64) -> [String] {
        var table = Table([
            .number("GEN"), .text("STATE"), .text("VERSION"), .text("SHA-256"), .number("AGE"), .number("CALLS"), .number("TOTAL"),
            .number("MAPPED"), .text("NOTE"),
        ])
        for generation in generations {
            table.add([
                "\(generation.number)", name(of: generation.state), generation.version, String(generation.sha256.prefix(12)),
                generation.loadedAt > 0 ? Human.milliseconds(Double(now - generation.loadedAt)) : "-", "\(generation.calls)",
                "\(generation.callsTotal)", generation.mappedBytes > 0 ? Human.bytes(generation.mappedBytes) : "-",
                note(generation),
            ])
        }
        return table.lines
    }

    private static func note(_ generation: Streamhost_Admin_V1_GenerationInfo) -> String {
        let resident = generation.resident && generation.state == .retired ? "stays mapped" : ""
        return [generation.reason, resident].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    static func name(of state: Streamhost_Admin_V1_GenerationState) -> String {
        switch state {
        case .unspecified: "-"
        case .staged: "staged"
        case .checked: "checked"
        case .started: "started"
        case .active: "active"
        case .draining: "draining"
        case .retired: "retired"
        case .failed: "failed"
        case .UNRECOGNIZED(let number): "state \(number)"
        }
    }

    private static func reloads(_ counters: Streamhost_Admin_V1_ReloadCounters) -> [String] {
        guard counters.accepted + counters.refused + counters.rolledBack > 0 else { return ["  reloads     none yet"] }
        var lines = [
            "  reloads     \(counters.accepted) accepted, \(counters.refused) refused, \(counters.rolledBack) rolled back",
            "  calls       \(counters.callsMoved) moved, \(counters.callsPinned) pinned, \(counters.callsEnded) ended by reloads",
        ]
        if let pause = PauseText.words(counters) { lines.append("  pause       \(pause)") }
        if counters.residentGenerations > 0 {
            lines.append(
                "  resident    \(Human.bytes(counters.residentBytes)) of \(Human.count(counters.residentGenerations, "retired generation"))"
            )
        }
        return lines
    }
}
