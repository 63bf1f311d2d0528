import StreamHostPlugin

/// The plugin's configuration; see docs/services/file.md.
struct FileConfiguration: Equatable, Sendable, Decodable {
    /// The largest file that is taken.
    var maxFileBytes: Int64 = 50 * 1024 * 1024
    /// Whether an upload is answered only when the disk, not just the system, has the file.
    var sync = true
}

extension FileConfiguration {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case maxFileBytes, sync
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(known: CodingKeys.self)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if values.contains(.maxFileBytes) { maxFileBytes = try values.decode(.maxFileBytes, in: 1...(1 << 50)) }
        if values.contains(.sync) { sync = try values.decode(Bool.self, forKey: .sync) }
    }
}
