import FileWatching
import HostConfiguration
import Logging
import PluginLoading

/// Brings what is loaded to what is wanted: by the configuration, by operators, by files that change.
actor PluginDirector {
    private let plugins: PluginManager
    private let logger: Logger
    private var watcher: FileWatcher?
    private var watchedFiles: Set<String> = []
    private var folders: [WantedPlugins.Folder] = []
    private var settings: HostConfiguration.Reload

    init(plugins: PluginManager, settings: HostConfiguration.Reload, logger: Logger) {
        self.plugins = plugins
        self.settings = settings
        self.logger = logger
    }

    // MARK: What operators ask for

    func load(_ request: PluginRequest) async throws(PluginError) -> String {
        let name = try await plugins.load(request)
        await syncWatches()
        return name
    }

    func reload(_ name: String, _ options: ReloadOptions) async throws(PluginError) -> ReloadVerdict {
        let verdict = try await plugins.reload(name, options)
        await syncWatches()
        return verdict
    }

    func unload(_ name: String, drain: Duration, force: Bool) async throws(PluginError) -> PluginManager.Unloaded {
        let unloaded = try await plugins.unload(name, drain: drain, force: force)
        await syncWatches()
        return unloaded
    }

    // MARK: What the configuration asks for

    /// Loads, replaces and unloads until what is loaded is what is wanted. What can't be done is in the log, and is tried again the next time.
    func apply(_ wanted: WantedPlugins, _ settings: HostConfiguration.Reload) async {
        self.settings = settings
        await plugins.set(PluginManager.Settings(settings))
        watcher?.setSettle(.seconds(settings.settleSeconds))
        let loaded = await plugins.loaded
        for missing in wanted.missing where !loaded.contains(where: { missing.places.contains($0.request.path) }) {
            logger.error("plugin not loaded: \(missing.message)")
        }
        var left = wanted.plugins
        var kept: [(now: PluginManager.Loaded, wanted: PluginRequest)] = []
        for plugin in loaded {
            if let index = left.firstIndex(where: { plugin.isAsked(by: $0) }) ?? left.firstIndex(where: { plugin.isMovedBy($0) }) {
                kept.append((plugin, left.remove(at: index)))
            } else if plugin.request.origin != .operatorsWish, !wanted.isMissing(plugin.request.path) {
                await withdraw(plugin.name)
            }
        }
        for plugin in kept { await bring(plugin.now, to: plugin.wanted) }
        for request in left { await tryLoad(request) }
        folders = wanted.folders
        await syncWatches()
    }

    private func withdraw(_ name: String) async {
        do {
            _ = try await plugins.unload(name, drain: .seconds(settings.drainSeconds), force: true)
        } catch {
            logger.error("\(error)")
        }
    }

    private func bring(_ plugin: PluginManager.Loaded, to wanted: PluginRequest) async {
        let now = plugin.request
        guard now.path != wanted.path || now.config != wanted.config else { return await plugins.ask(plugin.name, wanted) }
        var options = ReloadOptions()
        options.library = now.path == wanted.path ? nil : wanted.path
        options.config = wanted.config
        // The verdict is in the log. A refused one is tried again the next time.
        guard let verdict = try? await plugins.reload(plugin.name, options) else { return }
        switch verdict.outcome {
        case .accepted, .unchanged: await plugins.ask(plugin.name, wanted)
        case .refused, .rolledBack: break
        }
    }

    @discardableResult
    private func tryLoad(_ request: PluginRequest) async -> Bool {
        // Why not is in the log.
        (try? await plugins.load(request)) != nil
    }

    // MARK: Files that change

    /// Watches what is to be watched, and no more.
    private func syncWatches() async {
        let wanted = Set(await plugins.loaded.filter(\.request.isWatched).map(\.path))
        let wantedFolders = folders.filter(\.isWatched).map(\.path)
        guard !wanted.isEmpty || !wantedFolders.isEmpty || watcher != nil else { return }
        guard let watcher = makeWatcher() else { return }
        for path in watchedFiles.subtracting(wanted) { watcher.unwatch(file: path) }
        for path in wanted.subtracting(watchedFiles) { watcher.watch(file: path) }
        watchedFiles = wanted
        for path in watchedFolders.subtracting(wantedFolders) { watcher.unwatch(folder: path) }
        for path in Set(wantedFolders).subtracting(watchedFolders) { watcher.watch(folder: path) }
        watchedFolders = Set(wantedFolders)
    }

    private var watchedFolders: Set<String> = []

    private func makeWatcher() -> FileWatcher? {
        if let watcher { return watcher }
        do {
            watcher = try FileWatcher(settle: .seconds(settings.settleSeconds)) { [weak self] event in
                Task { await self?.handle(event) }
            }
        } catch {
            logger.error("files can't be watched: \(error)")
        }
        return watcher
    }

    private func handle(_ event: FileWatcher.Event) async {
        switch event {
        case .settled(let path): await settled(path)
        case .removed(let path): logger.notice("\(path) is gone; what was loaded from it serves on")
        case .unwatchable(let path, let reason): logger.warning("\(path) can't be watched: \(reason)")
        }
    }

    private func settled(_ path: String) async {
        let names = await plugins.loaded.filter { $0.path == path && $0.request.isWatched }.map(\.name)
        guard names.isEmpty else {
            // The verdict is in the log.
            for name in names { _ = try? await plugins.reload(name) }
            return
        }
        guard folders.contains(where: { $0.isWatched && path.hasPrefix($0.path + "/") }),
            await !plugins.loaded.contains(where: { $0.path == path })
        else { return }
        if await tryLoad(PluginRequest(path: path, isWatched: true, origin: .folder)) { await syncWatches() }
    }

    func stop() {
        watcher?.stop()
        watcher = nil
    }
}

extension PluginManager.Loaded {
    /// Whether the request is for this plugin: by its name, else by its library.
    fileprivate func isAsked(by wanted: PluginRequest) -> Bool {
        wanted.name.map { $0 == name } ?? (wanted.path == request.path && name == ownName)
    }

    /// Whether the request is for this plugin in another folder: of those without a name, by the library's name.
    fileprivate func isMovedBy(_ wanted: PluginRequest) -> Bool {
        wanted.name == nil && name == ownName && request.origin == .configuration && wanted.origin == .configuration
            && wanted.path.split(separator: "/").last == request.path.split(separator: "/").last
    }
}

extension PluginManager.Settings {
    init(_ reload: HostConfiguration.Reload) {
        yield = .seconds(reload.yieldSeconds)
        drain = .seconds(reload.drainSeconds)
        probation = .seconds(reload.probationSeconds)
        maxGenerations = reload.maxGenerations
    }
}
