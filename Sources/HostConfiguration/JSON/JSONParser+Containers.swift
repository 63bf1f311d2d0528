extension JSONParser {
    /// At `{`.
    mutating func object(path: JSONPath, depth: Int) throws(ConfigurationError) -> [JSONNode.Member] {
        try checkDepth(depth, path: path)
        var members: [JSONNode.Member] = []
        var keys: Set<String> = []
        offset += 1
        skipWhitespace()
        if take(UInt8(ascii: "}")) {
            return members
        }
        while true {
            skipWhitespace()
            guard peek == UInt8(ascii: "\"") else {
                throw unexpected(wanted: "a key in double quotes")
            }
            let keyOffset = offset
            let key = try string()
            let keyPath = path.key(key)
            // RFC 8259 4 only says that keys SHOULD be unique; which of two values counts would be a guess.
            guard keys.insert(key).inserted else {
                throw file.error(.duplicate, at: keyOffset, path: keyPath, "this key is here twice; remove one of them")
            }
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else {
                throw unexpected(wanted: "a : after the key \(Excerpt.quoted(key))")
            }
            let value = try value(path: keyPath, depth: depth)
            members.append(JSONNode.Member(key: key, keyOffset: keyOffset, value: value))
            skipWhitespace()
            if take(UInt8(ascii: "}")) {
                return members
            }
            try comma(before: UInt8(ascii: "}"))
        }
    }

    /// At `[`.
    mutating func array(path: JSONPath, depth: Int) throws(ConfigurationError) -> [JSONNode] {
        try checkDepth(depth, path: path)
        var elements: [JSONNode] = []
        offset += 1
        skipWhitespace()
        if take(UInt8(ascii: "]")) {
            return elements
        }
        while true {
            elements.append(try value(path: path.index(elements.count), depth: depth))
            skipWhitespace()
            if take(UInt8(ascii: "]")) {
                return elements
            }
            try comma(before: UInt8(ascii: "]"))
        }
    }

    private mutating func comma(before end: UInt8) throws(ConfigurationError) {
        let commaOffset = offset
        guard take(UInt8(ascii: ",")) else {
            throw unexpected(wanted: "a comma or the closing \(Character(Unicode.Scalar(end)))")
        }
        skipWhitespace()
        if peek == end {
            throw file.error(
                .syntax,
                at: commaOffset,
                "nothing follows this comma but the closing \(Character(Unicode.Scalar(end))); remove the comma"
            )
        }
    }

    private func checkDepth(_ depth: Int, path: JSONPath) throws(ConfigurationError) {
        guard depth <= Self.maximumDepth else {
            throw syntaxError("objects and arrays are nested more than \(Self.maximumDepth) levels deep; flatten them")
        }
    }
}
