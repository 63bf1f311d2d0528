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
    /// What was not found.
    private(set) var missing: [Missing] = []

    /// Something that isn't there, which for what is loaded means nothing: a build may be just making it anew.
    struct Missing: Sendable {
        /// Where it was looked for.
        let places: [String]
        /// In words.
        let message: String
    }

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
                addMissing("plugin library \(plugin.path): found no such file", error.places)
            }
        }
        for folder in configuration.pluginFolders {
            let isWatched = folder.watch || configuration.watch
            switch HostPath.find(folder.path) {
            case .success(let path): add(Folder(path: path, isWatched: isWatched))
            case .failure where isWatched: add(Folder(path: HostPath.absolute(folder.path), isWatched: true))
            case .failure(let error):
                addMissing("plugin folder \(folder.path): found no such folder", error.places)
            }
        }
    }

    private mutating func addMissing(_ what: String, _ places: [String]) {
        missing.append(Missing(places: places, message: "\(what); looked at \(places.joined(separator: ", "))"))
    }

    /// Whether the configuration asks for the file, or for the folder that it is or was in, although it may not be there now.
    func isMissing(_ path: String) -> Bool {
        missing.contains { $0.places.contains(path) } || folders.contains { path.hasPrefix($0.path + "/") }
    }

    private mutating func add(_ folder: Folder) {
        folders.append(folder)
        for path in PluginFolderListing.libraries(in: folder.path) where !plugins.contains(where: { $0.path == path }) {
            plugins.append(PluginRequest(path: path, isWatched: folder.isWatched, origin: .folder))
        }
    }
}
