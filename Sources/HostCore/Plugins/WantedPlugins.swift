import HostConfiguration

/// The plugins that a configuration asks for, with their libraries found.
struct WantedPlugins: Sendable {
    /// A folder whose libraries are loaded.
    struct Folder: Sendable, Equatable {
        /// Absolute.
        let path: String
        let isWatched: Bool
    }

    private(set) var plugins: [PluginRequest] = []
    private(set) var folders: [Folder] = []
    /// What was not found, in words.
    private(set) var missing: [String] = []

    init(_ configuration: HostConfiguration) {
        for plugin in configuration.plugins {
            switch HostPath.find(plugin.path) {
            case .success(let path):
                plugins.append(
                    PluginRequest(
                        path: path,
                        name: plugin.name,
                        config: Array(plugin.config.serialized),
                        isWatched: plugin.watch || configuration.watch,
                        origin: .configuration
                    )
                )
            case .failure(let error):
                missing.append(
                    "plugin library \(plugin.path): found no such file; looked at \(error.places.joined(separator: ", "))"
                )
            }
        }
        for folder in configuration.pluginFolders {
            let isWatched = folder.watch || configuration.watch
            switch HostPath.find(folder.path) {
            case .success(let path): add(Folder(path: path, isWatched: isWatched))
            case .failure where isWatched: add(Folder(path: HostPath.absolute(folder.path), isWatched: true))
            case .failure(let error):
                missing.append(
                    "plugin folder \(folder.path): found no such folder; looked at \(error.places.joined(separator: ", "))"
                )
            }
        }
    }

    private mutating func add(_ folder: Folder) {
        folders.append(folder)
        for path in PluginFolderListing.libraries(in: folder.path) where !plugins.contains(where: { $0.path == path }) {
            plugins.append(PluginRequest(path: path, isWatched: folder.isWatched, origin: .folder))
        }
    }
}
