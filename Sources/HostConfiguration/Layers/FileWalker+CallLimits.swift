extension FileWalker {
    static let callLimitKeys = ["service", "method", "maxConcurrent", "maxPerSecond"]
    static let countRange = 0...Int(Int32.max)

    func callLimits(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> [HostConfiguration.CallLimit] {
        var limits: [HostConfiguration.CallLimit] = []
        for (index, element) in try elements(of: node, at: path, wanted: "an array of limits").enumerated() {
            let limit = try callLimit(element, at: path.index(index))
            if let first = limits.firstIndex(where: { $0.service == limit.service && $0.method == limit.method }) {
                let name = [limit.service, limit.method].compactMap { $0 }.joined(separator: "/")
                let message = "\(Excerpt.quoted(name)) is \(path.index(first))'s already; remove one of them"
                throw error(.duplicate, element, path.index(index), message)
            }
            limits.append(limit)
        }
        return limits
    }

    private func callLimit(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> HostConfiguration.CallLimit {
        var limit = HostConfiguration.CallLimit(service: "")
        for member in try members(of: node, at: path, known: Self.callLimitKeys) {
            let path = path.key(member.key)
            switch member.key {
            case "service": limit.service = try name(member.value, at: path, wanted: "a service's full name, such as \"chat.ChatService\"")
            case "method": limit.method = try name(member.value, at: path, wanted: "a method's name, such as \"JoinChat\"")
            case "maxConcurrent": limit.maxConcurrent = try count(member.value, at: path)
            default: limit.maxPerSecond = try count(member.value, at: path)
            }
        }
        guard !limit.service.isEmpty else {
            throw error(.missingKey, node, path, "the key service is missing, such as \"service\": \"chat.ChatService\"")
        }
        return limit
    }

    private func name(_ node: JSONNode, at path: JSONPath, wanted: String) throws(ConfigurationError) -> String {
        let text = try string(node, at: path, wanted: wanted)
        guard !text.isEmpty, !text.utf8.contains(UInt8(ascii: "/")) else {
            throw error(.invalidValue, node, path, "found \(node.described), wanted \(wanted)")
        }
        return text
    }

    /// A limit, where 0 is none.
    func count(_ node: JSONNode, at path: JSONPath) throws(ConfigurationError) -> Int {
        let range = Self.countRange
        guard case .integer(let value) = node.content, range.contains(value) else {
            let message = "found \(node.described), wanted a whole number from \(range.lowerBound) to \(range.upperBound); 0 is any number"
            throw error(.invalidValue, node, path, message)
        }
        return value
    }
}
