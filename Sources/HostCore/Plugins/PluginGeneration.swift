import HostTransport
import PluginLoading

/// What an operator wants of a plugin: which file, under which name, with which settings.
struct PluginRequest: Sendable, Equatable {
    /// Who asked for it.
    enum Origin: Sendable, Equatable {
        /// The configuration names its library.
        case configuration
        /// Its library is in a plugin folder.
        case folder
        /// An operator, while the host ran: a configuration that is read again leaves it alone.
        case operatorsWish
    }

    /// Absolute.
    var path: String
    /// In place of the name that the plugin gives itself.
    var name: String?
    /// Its configuration, as JSON.
    var config: [UInt8] = Array("{}".utf8)
    /// Whether a new file is loaded by itself.
    var isWatched = false
    var origin = Origin.operatorsWish
}

/// One loaded copy of a plugin, with an instance.
final class PluginGeneration: Sendable {
    /// Of its plugin, from 1.
    let number: Int
    let plugin: Plugin
    /// Its calls.
    let group: CallGroup
    let handlers: [PluginCallHandler]
    /// What it was loaded with.
    let config: [UInt8]
    /// Milliseconds since 1970.
    let loadedAt: Int64

    /// `counts`: what is counted of a method already, by its path.
    init(number: Int, plugin: Plugin, config: [UInt8], bridge: CallBridge, counts: ([UInt8]) -> MethodCounts?) {
        self.number = number
        self.plugin = plugin
        self.config = config
        let group = CallGroup(loops: bridge.loops.count, plugin: plugin.name, generation: number)
        self.group = group
        handlers = plugin.services.flatMap { service in
            service.methods.compactMap { method in
                let path = PluginCallHandler.path(of: method, service)
                return PluginCallHandler(method: method, path: path, group: group, counts: counts(path), scratch: bridge.scratch)
            }
        }
        loadedAt = Timestamp.milliseconds()
    }

    var library: PluginLibrary { plugin.library }

    /// The handler of that path.
    func handler(_ path: [UInt8]) -> PluginCallHandler? { handlers.first { $0.path == path } }

    /// Whether a call of that handler, which is another generation's, could go on here.
    func canTake(over other: any CallHandler) -> Bool {
        guard other.policy == .migrate, let own = handler(other.path) else { return false }
        return own.policy == .migrate && own.kind == other.kind
    }
}
