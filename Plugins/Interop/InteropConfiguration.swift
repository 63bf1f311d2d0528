import StreamHostPlugin

/// The plugin's configuration.
struct InteropConfiguration: Decodable, Sendable {
    /// The shortest interval at which OpenRcaService reports, whatever a client asks for. 10 ms to a minute.
    var shortestReportIntervalMs: Int64 = 1000

    private enum Key: String, CodingKey, CaseIterable { case shortestReportIntervalMs }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(known: Key.self)
        let values = try decoder.container(keyedBy: Key.self)
        guard values.contains(.shortestReportIntervalMs) else { return }
        shortestReportIntervalMs = try values.decode(Int64.self, forKey: .shortestReportIntervalMs)
        guard (10...60_000).contains(shortestReportIntervalMs) else {
            throw ConfigurationMismatch("$.shortestReportIntervalMs: found \(shortestReportIntervalMs), wanted 10 to 60000")
        }
    }
}
