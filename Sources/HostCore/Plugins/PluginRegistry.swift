import Dispatch
import HostTransport
import Logging
import PluginLoading
import Synchronization

/// The plugins of a host: loads, publishes and retires them. Their life-cycle functions run on one serial queue, as the ABI promises.
///
/// SAFETY: `@unchecked Sendable` as `entries` is touched on `control` alone; the rest is constant.
final class PluginRegistry: @unchecked Sendable {
    private struct Entry: Sendable {
        let plugin: Plugin
        let live: LiveCalls
        let handlers: [(path: String, handler: any CallHandler)]
    }

    private let control = DispatchQueue(label: "streamhost.control")
    private var entries: [Entry] = []
    private let bridge: CallBridge
    private let logger: Logger

    init(bridge: CallBridge, logger: Logger) {
        self.bridge = bridge
        self.logger = logger
    }

    /// Loads and starts a plugin; its routes are served from the next ``routes()`` on.
    func load(path: String, name: String?, config: [UInt8]) async throws(PluginError) -> Plugin {
        let result = await onControl { [self] () -> Result<Plugin, PluginError> in
            do throws(PluginError) {
                let plugin = try Plugin(
                    path: path,
                    name: name,
                    config: config,
                    host: bridge,
                    hostVersion: hostVersion,
                    owner: { [self] service in
                        entries.first { entry in entry.plugin.services.contains { $0.name == service } }?.plugin.name
                    },
                    isLoaded: { name in entries.contains { $0.plugin.name == name } }
                )
                let live = LiveCalls()
                entries.append(Entry(plugin: plugin, live: live, handlers: handlers(of: plugin, live)))
                return .success(plugin)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func handlers(of plugin: Plugin, _ live: LiveCalls) -> [(path: String, handler: any CallHandler)] {
        plugin.services.flatMap { service in
            service.methods.compactMap { method in
                PluginCallHandler(method: method, live: live, scratch: bridge.scratch).map {
                    ("/\(service.name)/\(method.name)", $0)
                }
            }
        }
    }

    /// The routes of all plugins.
    func routes() async -> RouteTable {
        await onControl { [self] in RouteTable(entries.flatMap(\.handlers)) }
    }

    /// Retires all plugins, each within the limit, and frees those that are quiet.
    func retireAll(within limit: Duration) async {
        let entries = await onControl { [self] in
            let all = self.entries
            self.entries = []
            return all
        }
        for entry in entries { await retire(entry, within: limit) }
    }

    private func retire(_ entry: Entry, within limit: Duration) async {
        let name = entry.plugin.name
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            let retirement = await onControl { entry.plugin.retire() }
            let live = entry.live.value
            if retirement == .done, live == 0 {
                await onControl { entry.plugin.destroy() }
                logger.info("plugin \(name) retired")
                return
            }
            guard clock.now < deadline else {
                var residue = "\(live) calls"
                if case .pending(let calls, let timers, let threads) = retirement {
                    residue = "\(max(UInt64(live), calls)) calls, \(timers) timers, \(threads) threads"
                }
                logger.warning("plugin \(name) did not retire within \(limit): it still has \(residue); it is left as it is")
                return
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func onControl<R: Sendable>(_ work: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            control.async { continuation.resume(returning: work()) }
        }
    }
}
