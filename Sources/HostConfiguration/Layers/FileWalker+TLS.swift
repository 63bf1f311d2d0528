extension FileWalker {
    static let tlsKeys = ["certificate", "key", "clientCA", "clientAuth", "minVersion"]

    /// A listener's `"tls": {"certificate": "server.pem", "key": "server.key"}`.
    func tls(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> HostConfiguration.TLS {
        let members = try members(of: node, at: path, known: Self.tlsKeys)
        func required(_ key: String, _ example: String) throws(ConfigurationError) -> String {
            guard let member = members.first(where: { $0.key == key }) else {
                throw error(.missingKey, node, path, "the key \(key) is missing, such as \"\(key)\": \"\(example)\"")
            }
            return try filePath(member.value, at: path.key(key), example: example)
        }
        var tls = HostConfiguration.TLS(
            certificate: try required("certificate", "server.pem"),
            key: try required("key", "server.key")
        )
        for member in members {
            let path = path.key(member.key)
            switch member.key {
            case "clientCA": tls.clientCA = try filePath(member.value, at: path, example: "clients.pem")
            case "clientAuth": tls.clientAuthentication = try word(member.value, at: path)
            case "minVersion": tls.minimumVersion = try word(member.value, at: path)
            default: break
            }
        }
        if tls.clientCA == nil, let member = members.first(where: { $0.key == "clientAuth" }) {
            let message = "there is no clientCA to know clients by; add it, or remove this key"
            throw error(.invalidValue, member.value, path.key(member.key), message)
        }
        return tls
    }

    private func filePath(_ node: JSONNode, at path: JSONPath, example: String) throws(ConfigurationError) -> String {
        let wanted = "a PEM file's path, such as \"\(example)\""
        let text = try string(node, at: path, wanted: wanted)
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw error(.invalidValue, node, path, "found \(node.described), wanted \(wanted)")
        }
        return text
    }

    private func word<Word: RawRepresentable & CaseIterable>(
        _ node: JSONNode,
        at path: JSONPath
    ) throws(ConfigurationError) -> Word where Word.RawValue == String {
        let wanted = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        guard let word = Word(rawValue: try string(node, at: path, wanted: wanted)) else {
            throw error(.invalidValue, node, path, "found \(node.described), wanted \(wanted)")
        }
        return word
    }
}
