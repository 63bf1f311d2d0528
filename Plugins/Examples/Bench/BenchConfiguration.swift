import StreamHostPlugin

/// The plugin's configuration.
struct BenchConfiguration: Decodable, Sendable {
    /// A text behind the data of all payloads that are answered, so that two generations of the plugin can be told apart.
    var tag = ""

    private enum Key: String, CodingKey, CaseIterable { case tag }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(known: Key.self)
        let values = try decoder.container(keyedBy: Key.self)
        if values.contains(.tag) { tag = try values.decode(String.self, forKey: .tag) }
    }
}
