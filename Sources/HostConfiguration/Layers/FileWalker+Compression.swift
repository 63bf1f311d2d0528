import Configuration

extension FileWalker {
    static let compressionMethodKeys = ["encoding", "level", "minBytes"]

    /// `"methods": {"package.Service/Method": {...}, "package.Service": {...}}`
    func compressionMethods(
        _ node: JSONNode,
        at path: JSONPath
    ) throws(ConfigurationError) -> [HostConfiguration.Compression.Method] {
        guard case .object(let members) = node.content else {
            throw error(
                .wrongType,
                node,
                path,
                "found \(node.described), wanted an object with names of methods, such as \"chat.ChatService/JoinChat\", or of services"
            )
        }
        var methods: [HostConfiguration.Compression.Method] = []
        for member in members {
            methods.append(try compressionMethod(member, at: path.key(member.key)))
        }
        return methods
    }

    private func compressionMethod(
        _ member: JSONNode.Member,
        at path: JSONPath
    ) throws(ConfigurationError) -> HostConfiguration.Compression.Method {
        let parts = member.key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw file.error(
                .invalidValue,
                at: member.keyOffset,
                path: path,
                "found \(Excerpt.quoted(member.key)), wanted package.Service/Method or package.Service, without a slash before it"
            )
        }
        var method = HostConfiguration.Compression.Method(name: member.key)
        for inner in try members(of: member.value, at: path, known: Self.compressionMethodKeys) {
            // What a setting of the whole section takes, one of a method takes too.
            guard let setting = Setting.all.first(where: { $0.path == ["compression", inner.key] }) else { continue }
            switch (inner.key, try checked(inner.value, setting, at: path.key(inner.key)).content) {
            case ("encoding", .string(let word)): method.encoding = HostConfiguration.Compression.Encoding(rawValue: word)
            case ("level", .int(let level)): method.level = level
            case ("minBytes", .int(let bytes)): method.minBytes = bytes
            default: break
            }
        }
        return method
    }
}
