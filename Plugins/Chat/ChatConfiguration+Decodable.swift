import StreamHostPlugin

extension ChatConfiguration: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case historyMessages, historyBytes, heartbeatSeconds, maxRooms, maxNameBytes, maxContentBytes
    }

    /// Strict: what isn't known or doesn't fit is refused in words.
    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(known: Key.self)
        let values = try decoder.container(keyedBy: Key.self)
        func read(_ key: Key, _ range: ClosedRange<Int64>, into place: inout Int) throws {
            if values.contains(key) { place = Int(try values.decode(key, in: range)) }
        }
        self.init()
        try read(.historyMessages, 1...1_000_000, into: &historyMessages)
        try read(.historyBytes, 1...(1 << 40), into: &historyBytes)
        if values.contains(.heartbeatSeconds) { heartbeatSeconds = try values.decode(.heartbeatSeconds, in: 0.01...86_400) }
        try read(.maxRooms, 1...10_000_000, into: &maxRooms)
        try read(.maxNameBytes, 1...65_536, into: &maxNameBytes)
        try read(.maxContentBytes, 1...Int64(Int32.max), into: &maxContentBytes)
    }
}
