import StreamHostPlugin

extension ChatConfiguration: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case historyMessages, historyBytes, heartbeatSeconds, maxRooms, maxNameBytes, maxContentBytes
    }

    // Any key that may be there.
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Strict: what isn't known or doesn't fit is refused in words.
    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        if let unknown = keys.first(where: { Key(rawValue: $0) == nil }) {
            let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigurationMismatch("$.\(unknown): no such key. Known here: \(known)")
        }
        let values = Values(container: try decoder.container(keyedBy: Key.self))
        self.init()
        try values.read(.historyMessages, into: &historyMessages, 1...1_000_000)
        try values.read(.historyBytes, into: &historyBytes, 1...(1 << 40))
        try values.read(.heartbeatSeconds, into: &heartbeatSeconds, 0.01...86_400)
        try values.read(.maxRooms, into: &maxRooms, 1...10_000_000)
        try values.read(.maxNameBytes, into: &maxNameBytes, 1...65_536)
        try values.read(.maxContentBytes, into: &maxContentBytes, 1...Int(Int32.max))
    }

    private struct Values {
        let container: KeyedDecodingContainer<Key>

        func read(_ key: Key, into place: inout Int, _ range: ClosedRange<Int>) throws {
            guard container.contains(key) else { return }
            guard let value = try? container.decode(Int.self, forKey: key), range.contains(value) else {
                throw mismatch(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            place = value
        }

        func read(_ key: Key, into place: inout Double, _ range: ClosedRange<Double>) throws {
            guard container.contains(key) else { return }
            guard let value = try? container.decode(Double.self, forKey: key), range.contains(value) else {
                throw mismatch(key, "a number from \(range.lowerBound) to \(range.upperBound)")
            }
            place = value
        }

        private func mismatch(_ key: Key, _ wanted: String) -> ConfigurationMismatch {
            ConfigurationMismatch("$.\(key.rawValue): found \(found(key)), wanted \(wanted)")
        }

        private func found(_ key: Key) -> String {
            if (try? container.decodeNil(forKey: key)) == true { return "null" }
            if let value = try? container.decode(String.self, forKey: key) { return "\"\(value)\" (a string)" }
            if let value = try? container.decode(Bool.self, forKey: key) { return "\(value)" }
            if let value = try? container.decode(Int.self, forKey: key) { return "\(value)" }
            if let value = try? container.decode(Double.self, forKey: key) { return "\(value)" }
            return (try? container.nestedUnkeyedContainer(forKey: key)) == nil ? "an object" : "an array"
        }
    }
}
