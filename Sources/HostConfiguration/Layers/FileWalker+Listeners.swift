extension FileWalker {
    static let listenerKeys = ["address", "mode", "tls", "maxConnections", "maxConnectionsPerSecond"]

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
        var listener = HostConfiguration.Listener(address: try address(member.value, at: path.key(member.key)))
        for member in members {
            let path = path.key(member.key)
            switch member.key {
            case "mode":
                listener.mode = try mode(member.value, at: path)
                guard case .unix = listener.address else {
                    let message = "\(listener.address) is no Unix socket, and only its file has a mode; remove the key"
                    throw error(.invalidValue, member.value, path, message)
                }
            case "tls": listener.tls = try tls(member.value, at: path)
            case "maxConnections": listener.maxConnections = try count(member.value, at: path)
            case "maxConnectionsPerSecond": listener.maxConnectionsPerSecond = try count(member.value, at: path)
            default: break
            }
        }
        return listener
    }

    private func address(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> ListenAddress {
        let text = try string(node, at: path, wanted: "a string such as \"127.0.0.1:50051\"")
        do {
            return try ListenAddress.parse(text)
        } catch let refusal {
            throw error(.invalidValue, node, path, refusal.message)
        }
    }

    /// A string, as JSON has no octal numbers: 660 would be another mode than who writes it means.
    private func mode(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> UInt32 {
        let wanted = "three octal digits in a string, such as \"0660\""
        let text = try string(node, at: path, wanted: wanted)
        let digits = text.dropFirst(text.utf8.count == 4 && text.hasPrefix("0") ? 1 : 0)
        // UInt32(_:radix:) alone would take "+66".
        guard digits.utf8.count == 3, digits.utf8.allSatisfy(\.isASCIIDigit), let mode = UInt32(digits, radix: 8) else {
            throw error(.invalidValue, node, path, "found \(node.described), wanted \(wanted)")
        }
        return mode
    }
}
