import Configuration

/// What the file says: the lowest layer over the defaults. The whole file is checked, also what a higher layer
/// overrides, so that a mistake comes out when it is made and not when a variable goes away.
struct FileLayer {
    var values: [(setting: Setting, content: ConfigContent)] = []
    var listeners: [HostConfiguration.Listener]?
    var plugins: [HostConfiguration.Plugin] = []
    var pluginFolders: [HostConfiguration.PluginFolder] = []
    var compressionMethods: [HostConfiguration.Compression.Method] = []
    var callLimits: [HostConfiguration.CallLimit] = []

    /// No file: nothing said.
    init() {}

    init(_ file: ConfigurationFile) throws(ConfigurationError) {
        let walker = FileWalker(file: file)
        let root = try JSONParser.parse(file)
        for member in try walker.members(of: root, at: .root, known: Self.topKeys) {
            let path = JSONPath.root.key(member.key)
            switch member.key {
            case "$schema": _ = try walker.string(member.value, at: path, wanted: "a string, the schema's address")
            case "listeners": listeners = try walker.listeners(member.value, at: path)
            case "plugins": plugins = try walker.plugins(member.value, at: path)
            case "pluginFolders": pluginFolders = try walker.pluginFolders(member.value, at: path)
            case "compression":
                values += try walker.settings(member, at: path, besides: ["methods"])
                if let methods = member.value.member("methods") {
                    compressionMethods = try walker.compressionMethods(methods, at: path.key("methods"))
                }
            case "callLimits": callLimits = try walker.callLimits(member.value, at: path)
            default: values += try walker.settings(member, at: path)
            }
        }
    }

    var provider: InMemoryProvider {
        Setting.provider("file", values)
    }

    /// In the order in which an operator would write them.
    static let topKeys: [String] =
        Setting.all.reduce(into: ["$schema", "listeners", "plugins", "pluginFolders", "callLimits"]) { keys, setting in
            if !keys.contains(setting.path[0]) { keys.append(setting.path[0]) }
        }
}
