extension ConfigurationChange {
    /// What it takes to bring a running host from one configuration to another; nothing if they mean the same.
    ///
    /// Settings come first, so that the reloads that follow go by the new ones. Then what goes, what is replaced, what
    /// comes, what is watched otherwise, and at the end what a restart would be needed for. The order of plugins means
    /// nothing after the start, and neither does the spelling of a path.
    public static func changes(from before: HostConfiguration, to after: HostConfiguration) -> [ConfigurationChange] {
        let plugins = PluginMatch(before.plugins, after.plugins)
        let folders = FolderMatch(before.pluginFolders, after.pluginFolders)
        let replaced = plugins.kept.filter { isReplaced($0.before, $0.after) }
        let watched = plugins.kept.filter { !isReplaced($0.before, $0.after) && $0.before.watch != $0.after.watch }

        var changes = settings(before, after)
        changes += plugins.removed.map(ConfigurationChange.pluginRemoved)
        changes += folders.removed.map(ConfigurationChange.folderRemoved)
        changes += replaced.map { .pluginReplaced(before: $0.before, after: $0.after) }
        changes += plugins.added.map(ConfigurationChange.pluginAdded)
        changes += folders.added.map(ConfigurationChange.folderAdded)
        changes += watched.map { .watchChanged($0.after) }
        changes += folders.rewatched.map(ConfigurationChange.folderWatchChanged)
        changes += restartKeys(before, after).map { .needsRestart(key: $0) }
        return changes
    }

    private static func isReplaced(_ before: HostConfiguration.Plugin, _ after: HostConfiguration.Plugin) -> Bool {
        !before.isSameLibrary(as: after) || before.name != after.name || before.config != after.config
    }

    private static func settings(_ before: HostConfiguration, _ after: HostConfiguration) -> [ConfigurationChange] {
        var changes: [ConfigurationChange] = []
        if before.log.level != after.log.level { changes.append(.logLevel(after.log.level)) }
        if before.limits != after.limits { changes.append(.limits(after.limits)) }
        if before.compression != after.compression { changes.append(.compression(after.compression)) }
        if before.callLimits != after.callLimits { changes.append(.callLimits(after.callLimits)) }
        if before.accessLog != after.accessLog { changes.append(.accessLog) }
        if before.reload != after.reload { changes.append(.reload(after.reload)) }
        if before.shutdown != after.shutdown { changes.append(.shutdown(after.shutdown)) }
        if before.watch != after.watch { changes.append(.watchAll(after.watch)) }
        return changes
    }

    private static func restartKeys(_ before: HostConfiguration, _ after: HostConfiguration) -> [String] {
        var keys: [String] = []
        if before.listeners != after.listeners { keys.append("listeners") }
        if before.threads != after.threads { keys.append("threads") }
        if before.log.format != after.log.format { keys.append("log.format") }
        if before.metrics != after.metrics { keys.append("metrics.address") }
        if before.admin != after.admin { keys.append("admin.socket") }
        if before.dataDirectory != after.dataDirectory { keys.append("dataDirectory") }
        return keys
    }
}

/// Which folders of two configurations are the same: by their path.
private struct FolderMatch {
    var removed: [HostConfiguration.PluginFolder]
    var added: [HostConfiguration.PluginFolder]

    /// Of those that stay, as they are now, the ones that are watched otherwise.
    var rewatched: [HostConfiguration.PluginFolder]

    init(_ before: [HostConfiguration.PluginFolder], _ after: [HostConfiguration.PluginFolder]) {
        removed = before.filter { old in !after.contains { $0.isSameFolder(as: old) } }
        added = after.filter { new in !before.contains { $0.isSameFolder(as: new) } }
        rewatched = after.filter { new in before.contains { $0.isSameFolder(as: new) && $0.watch != new.watch } }
    }
}
