extension Decoder {
    /// Refuses keys that a plugin's configuration doesn't have; for the beginning of an `init(from:)`.
    /// - Throws: ``ConfigurationMismatch`` for a key that isn't one of `Keys`: a misspelt setting must not be one that is
    ///   ignored.
    public func refuseUnknownKeys<Keys: CodingKey & CaseIterable>(known: Keys.Type) throws {
        let names = known.allCases.map(\.stringValue)
        let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !names.contains($0) }
            .sorted()
        guard let first = unknown.first else { return }
        throw ConfigurationMismatch("$.\(first): no such key; known here: \(names.sorted().joined(separator: ", "))")
    }
}

extension KeyedDecodingContainer {
    /// A whole number in that range, for a plugin's configuration.
    /// - Throws: ``ConfigurationMismatch`` that names the key, what was found and what was wanted.
    public func decode(_ key: Key, in range: ClosedRange<Int64>) throws -> Int64 {
        // Of a number that isn't whole Foundation says that the whole text is no JSON: the words are ours.
        if let value = try? decode(Int64.self, forKey: key), range.contains(value) { return value }
        throw ConfigurationMismatch(
            "$.\(key.stringValue): found \(found(key)), "
                + "wanted a whole number from \(range.lowerBound) to \(range.upperBound)"
        )
    }

    /// A number in that range, for a plugin's configuration.
    /// - Throws: ``ConfigurationMismatch`` that names the key, what was found and what was wanted.
    public func decode(_ key: Key, in range: ClosedRange<Double>) throws -> Double {
        if let value = try? decode(Double.self, forKey: key), range.contains(value) { return value }
        throw ConfigurationMismatch(
            "$.\(key.stringValue): found \(found(key)), wanted a number from \(range.lowerBound) to \(range.upperBound)"
        )
    }

    private func found(_ key: Key) -> String {
        if let value = try? decode(Int64.self, forKey: key) { return "\(value)" }
        if let value = try? decode(Double.self, forKey: key) { return "\(value)" }
        if let value = try? decode(String.self, forKey: key) { return "\(value.debugDescription) (a string)" }
        if let value = try? decode(Bool.self, forKey: key) { return "\(value)" }
        if (try? decodeNil(forKey: key)) == true { return "null" }
        return (try? nestedUnkeyedContainer(forKey: key)) == nil ? "an object" : "an array"
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
