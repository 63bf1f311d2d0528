extension HostConfiguration {
    /// A folder whose libraries (`*.so`) are loaded at the start.
    ///
    /// In JSON: `{"folder": "plugins", "watch": true}`. The host lists it, not the configuration. A library that is among
    /// ``HostConfiguration/plugins`` too, by its path, keeps that entry's name and configuration.
    public struct PluginFolder: Sendable, Equatable {
        /// The folder's path as the operator wrote it; the host resolves it. JSON key: `folder`. Required.
        public var path: String

        /// Whether the folder is watched: a new library is loaded, a changed one reloaded when its file is whole.
        /// Default: `false`. ``HostConfiguration/watch`` goes over it.
        public var watch: Bool

        /// Creates a folder entry.
        public init(path: String, watch: Bool = false) {
            self.path = path
            self.watch = watch
        }
    }
}

extension HostConfiguration.PluginFolder {
    /// Whether the other entry is of the same folder, however its path is spelled.
    func isSameFolder(as other: Self) -> Bool {
        HostConfiguration.Plugin.normalized(path) == HostConfiguration.Plugin.normalized(other.path)
    }
}
