import Configuration

extension HostConfiguration {
    /// Joins defaults < file < environment < flags into one checked configuration.
    ///
    /// Each scalar comes from the highest layer that sets it. Listeners come all from one layer: the flags' replace the
    /// environment's, which replace the file's. Plugins add up in the order file, environment, flags; a library that is
    /// there already, by its path, isn't taken again. Plugin folders and what is said of services and methods come
    /// from the file alone.
    ///
    /// - Parameters:
    ///   - file: The path of a JSON file, such as `hostconfig.json`; `nil` to do without one.
    ///   - environment: The process's environment. Of it, the variables that start with `STREAMHOST_` count.
    ///   - flags: What the command line says.
    /// - Throws: The first mistake found: of the file, then of the environment, then of the flags.
    public static func load(
        file: String?,
        environment: [String: String],
        flags: FlagOverrides = FlagOverrides()
    ) throws(ConfigurationError) -> HostConfiguration {
        var contents: ConfigurationFile?
        if let file {
            contents = try ConfigurationFile.contents(of: file)
        }
        return try join(contents, environment, flags)
    }

    static func join(
        _ file: ConfigurationFile?,
        _ environment: [String: String],
        _ flags: FlagOverrides
    ) throws(ConfigurationError) -> HostConfiguration {
        var fileLayer = FileLayer()
        if let file {
            fileLayer = try FileLayer(file)
        }
        let environmentLayer = try EnvironmentLayer(environment)
        let flagLayer = try FlagLayer(flags)

        // swift-configuration asks the first provider first.
        let reader = ConfigReader(providers: [
            flagLayer.provider, environmentLayer.provider, fileLayer.provider, Setting.defaults,
        ])
        var configuration = HostConfiguration()
        for setting in Setting.all {
            try setting.read(from: reader, into: &configuration)
        }
        if let listeners = flagLayer.listeners ?? environmentLayer.listeners ?? fileLayer.listeners {
            configuration.listeners = listeners
        }
        configuration.plugins = fileLayer.plugins
        configuration.pluginFolders = fileLayer.pluginFolders
        configuration.compression.methods = fileLayer.compressionMethods
        configuration.callLimits = fileLayer.callLimits
        for library in environmentLayer.libraries + flagLayer.libraries {
            configuration.addPlugin(library)
        }
        return configuration
    }

    /// An operator who types `--load` for a library that the file has means that one, with its configuration.
    private mutating func addPlugin(_ path: String) {
        let plugin = Plugin(path: path)
        if !plugins.contains(where: { $0.isSameLibrary(as: plugin) }) {
            plugins.append(plugin)
        }
    }
}
