/// The `config` of the plugin in `hostconfig.json`; `docs/services/chat.md` explains the keys.
struct ChatConfiguration: Sendable, Equatable {
    /// Messages that a room keeps.
    var historyMessages = 1000
    /// Bytes that a room's messages may take together; above that it keeps fewer.
    var historyBytes = 16 * 1024 * 1024
    /// A stream that was quiet for so long gets a heartbeat.
    var heartbeatSeconds = 30.0
    /// Rooms that are kept.
    var maxRooms = 10_000
    /// Length of user names and room ids.
    var maxNameBytes = 256
    /// Length of what a message says.
    var maxContentBytes = 1024 * 1024

    /// A room's history, before there is anything in it.
    func emptyHistory<Entry>() -> History<Entry> { History(maxEntries: historyMessages, maxBytes: historyBytes) }
}
