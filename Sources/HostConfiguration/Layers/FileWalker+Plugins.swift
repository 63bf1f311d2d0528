extension FileWalker {
    static let pluginKeys = ["library", "name", "config", "watch"]

    func plugins(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> [HostConfiguration.Plugin] {
        var plugins: [HostConfiguration.Plugin] = []
        for (index, element) in try elements(of: node, at: path, wanted: "an array of plugins").enumerated() {
            let plugin = try plugin(element, at: path.index(index))
            for (earlier, other) in plugins.enumerated() {
                let same =
                    if other.isSameLibrary(as: plugin) {
                        "the library \(Excerpt.quoted(plugin.path))"
                    } else if let name = plugin.name, name == other.name {
                        "the name \(Excerpt.quoted(name))"
                    } else {
                        ""
                    }
                guard same.isEmpty else {
                    let message = "\(same) is \(path.index(earlier))'s already; remove or change one of them"
                    throw error(.duplicate, element, path.index(index), message)
                }
            }
            plugins.append(plugin)
        }
        return plugins
    }

    private func plugin(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> HostConfiguration.Plugin {
        var library: String?
        var plugin = HostConfiguration.Plugin(path: "")
        for member in try members(of: node, at: path, known: Self.pluginKeys) {
            let path = path.key(member.key)
            switch member.key {
            case "library": library = try libraryPath(member.value, at: path)
            case "name": plugin.name = try name(member.value, at: path)
            case "watch": plugin.watch = try watch(member.value, at: path)
            default: plugin.config = try config(member.value, at: path)
            }
        }
        guard let library else {
            let message = "the key library is missing, such as \"library\": \"plugins/libchat.so\""
            throw error(.missingKey, node, path, message)
        }
        plugin.path = library
        return plugin
    }

    private func libraryPath(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> String {
        let wanted = "a shared library's path, such as \"plugins/libchat.so\""
        let text = try string(node, at: path, wanted: wanted)
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw error(.invalidValue, node, path, "found \(node.described), wanted \(wanted)")
        }
        return text
    }

    private func name(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> String {
        let wanted =
            "a name of 1 to \(HostConfiguration.Plugin.maximumNameLength) letters, digits, dots, underscores and"
            + " hyphens that starts with a letter or digit"
        let text = try string(node, at: path, wanted: wanted)
        guard HostConfiguration.Plugin.isValidName(text) else {
            throw error(.invalidValue, node, path, "found \(node.described), wanted \(wanted)")
        }
        return text
    }

    func config(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> JSONValue {
        guard case .object = node.content else {
            let message = "found \(node.described), wanted an object with the plugin's own settings"
            throw error(.wrongType, node, path, message)
        }
        return node.value
    }
}
