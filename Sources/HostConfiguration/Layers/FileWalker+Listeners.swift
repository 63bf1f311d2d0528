extension FileWalker {
    static let listenerKeys = ["address"]

    func listeners(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> [HostConfiguration.Listener] {
        let elements = try elements(of: node, at: path, wanted: "an array of listeners")
        guard !elements.isEmpty else {
            throw error(
                .invalidValue,
                node,
                path,
                "found an empty array, wanted at least one listener; leave the key out for the default"
            )
        }
        var listeners: [HostConfiguration.Listener] = []
        for (index, element) in elements.enumerated() {
            let listener = try listener(element, at: path.index(index))
            if let first = listeners.firstIndex(where: { $0.address.collides(with: listener.address) }) {
                let message = "\(listener.address) is \(path.index(first)) already; remove one of them"
                throw error(.duplicate, element, path.index(index), message)
            }
            listeners.append(listener)
        }
        return listeners
    }

    private func listener(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> HostConfiguration.Listener {
        let members = try members(of: node, at: path, known: Self.listenerKeys)
        guard let member = members.first(where: { $0.key == "address" }) else {
            throw error(.missingKey, node, path, "the key address is missing, such as \"address\": \"127.0.0.1:50051\"")
        }
        let path = path.key(member.key)
        let text = try string(member.value, at: path, wanted: "a string such as \"127.0.0.1:50051\"")
        do {
            return HostConfiguration.Listener(address: try ListenAddress.parse(text))
        } catch let refusal {
            throw error(.invalidValue, member.value, path, refusal.message)
        }
    }
}
