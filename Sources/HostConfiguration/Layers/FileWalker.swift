import Configuration

/// Checks parts of the file's tree, and names the place of each mistake.
struct FileWalker {
    let file: ConfigurationFile

    /// The members of an object that may hold only known keys.
    func members(
        of node: JSONNode,
        at path: JSONPath,
        known: [String]
    ) throws(ConfigurationError) -> [JSONNode.Member] {
        guard case .object(let members) = node.content else {
            throw error(.wrongType, node, path, "found \(node.described), wanted an object with \(listed(known))")
        }
        for member in members where !known.contains(member.key) {
            let question = Suggestion.question(about: member.key, among: known)
            throw file.error(
                .unknownKey,
                at: member.keyOffset,
                path: path.key(member.key),
                "no such key.\(question) Known here: \(known.joined(separator: ", "))"
            )
        }
        return members
    }

    func elements(of node: JSONNode, at path: JSONPath, wanted: String) throws(ConfigurationError) -> [JSONNode] {
        guard case .array(let elements) = node.content else {
            throw error(.wrongType, node, path, "found \(node.described), wanted \(wanted)")
        }
        return elements
    }

    func string(_ node: JSONNode, at path: JSONPath, wanted: String) throws(ConfigurationError) -> String {
        guard case .string(let text) = node.content else {
            throw error(.wrongType, node, path, "found \(node.described), wanted \(wanted)")
        }
        return text
    }

    /// The key `watch`, which a plugin and a folder have.
    func watch(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> Bool {
        guard case .bool(let value) = node.content else {
            throw error(.wrongType, node, path, "found \(node.described), wanted true or false")
        }
        return value
    }

    /// A top-level key that holds a setting, or an object of settings, in which there may be `others` that are none.
    func settings(
        _ member: JSONNode.Member,
        at path: JSONPath,
        besides others: [String] = []
    ) throws(ConfigurationError) -> [(setting: Setting, content: ConfigContent)] {
        if let setting = Setting.all.first(where: { $0.path == [member.key] }) {
            return [try checked(member.value, setting, at: path)]
        }
        let group = Setting.all.filter { $0.path.first == member.key }
        var values: [(setting: Setting, content: ConfigContent)] = []
        for inner in try members(of: member.value, at: path, known: group.map { $0.path[1] } + others) {
            for setting in group where setting.path[1] == inner.key {
                values.append(try checked(inner.value, setting, at: path.key(inner.key)))
            }
        }
        return values
    }

    func checked(
        _ node: JSONNode,
        _ setting: Setting,
        at path: JSONPath
    ) throws(ConfigurationError) -> (setting: Setting, content: ConfigContent) {
        do {
            return (setting, try setting.check(node))
        } catch let refusal {
            throw error(refusal.code, node, path, refusal.message)
        }
    }

    func error(
        _ code: ConfigurationError.Code,
        _ node: JSONNode,
        _ path: JSONPath,
        _ message: String
    ) -> ConfigurationError {
        file.error(code, at: node.offset, path: path, message)
    }

    private func listed(_ keys: [String]) -> String {
        (keys.count == 1 ? "the key " : "the keys ") + keys.joined(separator: ", ")
    }
}
