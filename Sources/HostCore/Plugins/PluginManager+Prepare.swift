import HostTransport
import PluginLoading

/// From a file to a generation that has started, and which nobody sees yet.
extension PluginManager {
    /// A file that is being written is looked at so many times, with so long between.
    private static let looks = 40
    private static let betweenLooks = Duration.milliseconds(50)

    /// Copies the file, when it is whole.
    func stage(_ path: String) async throws(PluginError) -> StagedLibrary {
        for _ in 1..<Self.looks {
            do throws(PluginError) {
                return try await control.run { [staging] () throws(PluginError) in try staging.stage(path) }
            } catch {
                guard error.code == .unfinished else { throw error }
            }
            try? await Task.sleep(for: Self.betweenLooks)
        }
        return try await control.run { [staging] () throws(PluginError) in try staging.stage(path) }
    }

    /// Maps the library, and checks that it is a plugin; `name`: which one it must be.
    func map(_ staged: StagedLibrary, as name: String?) async throws(PluginError) -> PluginLibrary {
        let library: PluginLibrary
        do throws(PluginError) {
            library = try await control.run { () throws(PluginError) in try PluginLibrary(staged) }
        } catch {
            staged.remove()
            throw error
        }
        guard let name, name != library.name else { return library }
        await discard(library, of: name)
        throw PluginError(
            .refused,
            "\(staged.original): found plugin \(library.name), wanted \(name): it is another plugin's library; load it beside, under its own name"
        )
    }

    /// Creates and starts an instance. What of it can't be used is cleared away.
    func start(_ library: PluginLibrary, name: String, config: [UInt8]) async throws(PluginError) -> Plugin {
        let owners = serviceOwners(without: name)
        do throws(PluginError) {
            return try await control.run { [bridge] () throws(PluginError) in
                let plugin = try Plugin(library: library, name: name, config: config, host: bridge, hostVersion: hostVersion)
                try plugin.start(owner: { owners[$0] })
                return plugin
            }
        } catch {
            await discard(library, of: name)
            throw error
        }
    }

    /// Unmaps a library of which nothing runs, or counts it among those that can't be.
    func discard(_ library: PluginLibrary, of name: String) async {
        if await !control.run({ library.unmap() }) { slots[name]?.staysMapped(library) }
    }

    private func serviceOwners(without name: String) -> [String: String] {
        var owners: [String: String] = [:]
        for (other, slot) in slots where other != name {
            for service in slot.active?.plugin.services ?? [] { owners[service.name] = other }
        }
        return owners
    }

    /// Adds a generation that has started to its slot.
    func register(_ plugin: Plugin, _ number: Int, config: [UInt8]) -> PluginGeneration {
        let before = slots[plugin.name]?.generations.values.flatMap(\.handlers) ?? []
        let generation = PluginGeneration(number: number, plugin: plugin, config: config, bridge: bridge) { path in
            before.first { $0.path == path }?.counts
        }
        let library = plugin.library
        slots[plugin.name]?.generations[number] = generation
        slots[plugin.name]?.records[number] = PluginSlot.Record(
            version: library.version,
            buildID: library.buildID,
            sha256: library.staged.sha256,
            loadedAt: generation.loadedAt,
            mappedBytes: library.staged.mappedBytes,
            isResident: library.isResident
        )
        return generation
    }
}
