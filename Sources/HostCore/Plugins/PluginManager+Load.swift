import HostTransport
import Logging
import PluginLoading

extension PluginManager {
    /// Loads a plugin and serves it.
    /// - Returns: its name.
    func load(_ request: PluginRequest) async throws(PluginError) -> String {
        do throws(PluginError) {
            return try await inTurn { () async throws(PluginError) in try await performLoad(request) }
        } catch {
            logger.error("plugin not loaded: \(error)")
            events.publish(HostEvent(.loadRefused, plugin: request.name ?? "", error.message))
            throw error
        }
    }

    private func performLoad(_ request: PluginRequest) async throws(PluginError) -> String {
        let library = try await map(try await stage(request.path), as: nil)
        let name = request.name ?? library.name
        guard slots[name] == nil else {
            await discard(library, of: "")
            throw PluginError(
                .refused,
                "\(request.path): a plugin named \(name) is loaded already; one of a name can serve at a time: "
                    + "reload that one, or give this one another name"
            )
        }
        let plugin = try await start(library, name: name, config: request.config)
        var slot = PluginSlot(
            request,
            maxGenerations: settings.maxGenerations,
            instruments: ReloadInstruments(plugin: name, factory: metrics)
        )
        guard case .begin(let number) = slot.ledger.begin() else { return name }
        slot.ledger.advanced(number)
        slot.ledger.advanced(number)
        slot.ledger.published(number)
        slots[name] = slot
        names.append(name)
        _ = register(plugin, number, config: request.config)
        await transport.publish(routes)
        servicesChanged()
        let services = plugin.services.map(\.name).joined(separator: ", ")
        tell(HostEvent(.loaded, plugin: name, generation: number, "\(library.version) (\(library.sdk)) serves \(services)"))
        return name
    }
}
