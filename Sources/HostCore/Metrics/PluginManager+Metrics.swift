import HostTransport
import PluginLoading

/// What metrics tell of the plugins.
extension PluginManager {
    /// Each method that is served, of plugins and of the host, and those whose last calls a replaced generation has.
    var methodCounts: [CountedMethod] {
        let replaced = names.flatMap { name in
            (slots[name]?.generations.values).map { $0.sorted { $0.number > $1.number }.flatMap(\.handlers) } ?? []
        }
        var seen = Set<ObjectIdentifier>()
        return (ownHandlers + replaced).filter { seen.insert(ObjectIdentifier($0.counts)).inserted }.map { handler in
            let path = handler.path.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
            return CountedMethod(
                plugin: handler.group.plugin,
                service: path.first ?? "",
                method: path.last ?? "",
                kind: handler.kind,
                totals: handler.counts.totals
            )
        }
    }

    /// Each plugin, in the order of loading.
    var pluginFacts: [PluginFacts] {
        names.compactMap { name in
            guard let slot = slots[name] else { return nil }
            return PluginFacts(
                name: name,
                generations: slot.generations.values.sorted { $0.number < $1.number }.map { generation in
                    PluginFacts.Generation(
                        number: generation.number,
                        version: generation.library.version,
                        isActive: generation.number == slot.ledger.active,
                        calls: generation.group.counts
                    )
                },
                residentGenerations: slot.residentGenerations,
                residentBytes: slot.residentBytes
            )
        }
    }
}
