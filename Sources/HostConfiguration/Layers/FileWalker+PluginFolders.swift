extension FileWalker {
    static let pluginFolderKeys = ["folder", "watch"]

    func pluginFolders(
        _ node: JSONNode,
        at path: JSONPath
    ) throws(ConfigurationError) -> [HostConfiguration.PluginFolder] {
        var folders: [HostConfiguration.PluginFolder] = []
        for (index, element) in try elements(of: node, at: path, wanted: "an array of folders").enumerated() {
            let folder = try pluginFolder(element, at: path.index(index))
            if let first = folders.firstIndex(where: { $0.isSameFolder(as: folder) }) {
                let message =
                    "the folder \(Excerpt.quoted(folder.path)) is \(path.index(first))'s already; remove one of them"
                throw error(.duplicate, element, path.index(index), message)
            }
            folders.append(folder)
        }
        return folders
    }

    private func pluginFolder(
        _ node: JSONNode,
        at path: JSONPath
    ) throws(ConfigurationError) -> HostConfiguration.PluginFolder {
        var found: String?
        var watched = false
        for member in try members(of: node, at: path, known: Self.pluginFolderKeys) {
            let path = path.key(member.key)
            switch member.key {
            case "folder": found = try folderPath(member.value, at: path)
            default: watched = try watch(member.value, at: path)
            }
        }
        guard let found else {
            throw error(.missingKey, node, path, "the key folder is missing, such as \"folder\": \"plugins\"")
        }
        return HostConfiguration.PluginFolder(path: found, watch: watched)
    }

    private func folderPath(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> String {
        let wanted = "a folder's path, such as \"plugins\""
        let text = try string(node, at: path, wanted: wanted)
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw error(.invalidValue, node, path, "found \(node.described), wanted \(wanted)")
        }
        return text
    }
}
