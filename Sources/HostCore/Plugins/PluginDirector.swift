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
        for problem in wanted.missing { logger.error("plugin not loaded: \(problem)") }
        let loaded = await plugins.requests
        var left = wanted.plugins
        var kept: [(name: String, now: PluginRequest, wanted: PluginRequest)] = []
        for (name, request) in loaded {
            if let index = left.firstIndex(where: { $0.isSamePlugin(as: request) }) {
                kept.append((name, request, left.remove(at: index)))
            } else if request.origin != .operatorsWish {
                await withdraw(name)
            }
        }
        for plugin in kept { await bring(plugin.name, from: plugin.now, to: plugin.wanted) }
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

    private func bring(_ name: String, from now: PluginRequest, to wanted: PluginRequest) async {
        await plugins.adopt(name, isWatched: wanted.isWatched, origin: wanted.origin)
        guard now.path != wanted.path || now.config != wanted.config else { return }
        var options = ReloadOptions()
        options.library = wanted.path
        options.config = wanted.config
        // The verdict is in the log.
        _ = try? await plugins.reload(name, options)
    }

    @discardableResult
    private func tryLoad(_ request: PluginRequest) async -> Bool {
        // Why not is in the log.
        (try? await plugins.load(request)) != nil
    }

    // MARK: Files that change

    /// Watches what is to be watched, and no more.
    private func syncWatches() async {
        let requests = await plugins.requests
        let wanted = Set(requests.filter(\.request.isWatched).map(\.request.path))
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
        let names = await plugins.requests.filter { $0.request.path == path && $0.request.isWatched }.map(\.name)
        guard names.isEmpty else {
            // The verdict is in the log.
            for name in names { _ = try? await plugins.reload(name) }
            return
        }
        guard folders.contains(where: { $0.isWatched && path.hasPrefix($0.path + "/") }),
            await !plugins.requests.contains(where: { $0.request.path == path })
        else { return }
        if await tryLoad(PluginRequest(path: path, isWatched: true, origin: .folder)) { await syncWatches() }
    }

    func stop() {
        watcher?.stop()
        watcher = nil
    }
}

extension PluginRequest {
    /// Whether both ask for one plugin: by the operator's name for it, else by its library.
    fileprivate func isSamePlugin(as other: PluginRequest) -> Bool {
        name == other.name && (name != nil || path == other.path)
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
