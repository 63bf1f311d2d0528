import StreamHostPlugin

extension Decoder {
    /// - Throws: ``ConfigurationMismatch`` for a key that isn't one of `Keys`: a misspelt setting must not be a setting that is ignored.
    func refuseUnknownKeys<Keys: CodingKey & CaseIterable>(known: Keys.Type) throws {
        let names = known.allCases.map(\.stringValue)
        let unknown = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).filter { !names.contains($0) }
            .sorted()
        guard let first = unknown.first else { return }
        throw ConfigurationMismatch("$.\(first): no such key; known here: \(names.sorted().joined(separator: ", "))")
    }
}

extension KeyedDecodingContainer {
    /// A whole number in that range.
    func decode(_ key: Key, in range: ClosedRange<Int64>) throws -> Int64 {
        let value = try decode(Int64.self, forKey: key)
        guard range.contains(value) else {
            throw ConfigurationMismatch(
                "$.\(key.stringValue): found \(value), wanted a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
