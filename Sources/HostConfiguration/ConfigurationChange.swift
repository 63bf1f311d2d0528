import Logging

/// One thing that a configuration which is read again changes about a running host.
///
/// ``changes(from:to:)`` makes the list; the host goes through it in order and logs each one's `description`.
public enum ConfigurationChange: Sendable, Equatable {
    /// From now on, this level.
    case logLevel(Logger.Level)

    /// From now on, these limits.
    case limits(HostConfiguration.Limits)

    /// From now on, answers are compressed this way.
    case compression(HostConfiguration.Compression)
    /// From now on, these limits of services and methods.
    case callLimits([HostConfiguration.CallLimit])

    /// From now on, calls are written down this way.
    case accessLog

    /// From now on, reloads go this way.
    case reload(HostConfiguration.Reload)

    /// The host will end this way.
    case shutdown(HostConfiguration.Shutdown)

    /// Everything that is loaded is watched, or only what says so itself.
    case watchAll(Bool)

    /// A plugin is no longer wanted.
    case pluginRemoved(HostConfiguration.Plugin)

    /// A folder is no longer wanted, and with it the plugins that came from it and aren't wanted otherwise.
    case folderRemoved(HostConfiguration.PluginFolder)

    /// A plugin's library or configuration is another, or a name was given to it or taken from it. What `after` says of
    /// watching counts too; there is no ``watchChanged(_:)`` beside.
    case pluginReplaced(before: HostConfiguration.Plugin, after: HostConfiguration.Plugin)

    /// A plugin is new.
    case pluginAdded(HostConfiguration.Plugin)

    /// A folder is new.
    case folderAdded(HostConfiguration.PluginFolder)

    /// Whether the plugin is watched changed, and nothing else about it.
    case watchChanged(HostConfiguration.Plugin)

    /// Whether the folder is watched changed.
    case folderWatchChanged(HostConfiguration.PluginFolder)

    /// The key, such as `log.format`, changed, but what it sets can't change while the host runs.
    case needsRestart(key: String)
}

extension ConfigurationChange: CustomStringConvertible {
    /// The change in words, for the log.
    public var description: String {
        switch self {
        case .logLevel(let level): "log.level is \(level) now"
        case .limits: "limits changed"
        case .compression: "compression changed"
        case .callLimits: "limits of services and methods changed"
        case .accessLog: "access log settings changed"
        case .reload: "reload settings changed"
        case .shutdown(let shutdown): "shutdown.drainSeconds is \(Setting.plain(shutdown.drainSeconds)) now"
        case .watchAll(true): "everything that is loaded is watched now"
        case .watchAll(false): "only plugins and folders with \"watch\": true are watched now"
        case .pluginRemoved(let plugin): "plugin \(Self.shown(plugin)) removed"
        case .folderRemoved(let folder): "plugin folder \(folder.path) removed"
        case .pluginReplaced(let before, let after): "plugin \(Self.shown(before)) replaced: \(Self.difference(before, after))"
        case .pluginAdded(let plugin): "plugin \(Self.shown(plugin)) added"
        case .folderAdded(let folder): "plugin folder \(folder.path) added"
        case .watchChanged(let plugin): "plugin \(Self.shown(plugin)) is \(plugin.watch ? "watched now" : "no longer watched")"
        case .folderWatchChanged(let folder):
            "plugin folder \(folder.path) is \(folder.watch ? "watched now" : "no longer watched")"
        case .needsRestart(let key): "\(key) changed, which takes a restart of the host; until then the old value stays"
        }
    }

    private static func shown(_ plugin: HostConfiguration.Plugin) -> String {
        plugin.name.map { "\($0) (\(plugin.path))" } ?? plugin.path
    }

    private static func difference(_ before: HostConfiguration.Plugin, _ after: HostConfiguration.Plugin) -> String {
        var parts: [String] = []
        if !before.isSameLibrary(as: after) { parts.append("its library is \(after.path) now") }
        if before.name != after.name {
            parts.append(after.name.map { "its name is \($0) now" } ?? "its name is the library's own now")
        }
        // Not the values: a plugin's configuration may hold a secret.
        if before.config != after.config { parts.append("its config changed") }
        return parts.joined(separator: ", ")
    }
}
