import FoundationEssentials

/// What the child tells its parent: a line of JSON each.
enum CheckEvent: Codable, Equatable {
    /// Who the plugin says it is.
    case plugin(name: String, version: String, sdk: String)
    case began(String)
    case breach(String, Breach)
    case ended(String, Outcome, log: [String])
    /// All checks of the plan were made.
    case done

    var line: [UInt8] {
        // Nothing in it that JSON can't say.
        guard let data = try? JSONEncoder().encode(self) else { return [] }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    init?(line: some Sequence<UInt8>) {
        guard let event = try? JSONDecoder().decode(CheckEvent.self, from: Data(line)) else { return nil }
        self = event
    }
}
