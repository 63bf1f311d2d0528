import StreamHostPlugin
import Synchronization

/// All rooms.
final class Rooms: Sendable {
    private let configuration: ChatConfiguration
    private let mint: MessageMint
    private let directory: Mutex<RoomDirectory<Room>>

    init(_ configuration: ChatConfiguration, mint: MessageMint) {
        self.configuration = configuration
        self.mint = mint
        directory = Mutex(RoomDirectory(maxRooms: configuration.maxRooms))
    }

    /// The room of that name, if it was ever used.
    func find(_ name: String) -> Room? {
        directory.withLock { $0.find(name) }
    }

    /// The room of that name, made where there is none.
    /// - Throws: RESOURCE_EXHAUSTED where there are too many.
    func open(_ name: String) throws -> Room {
        guard let room = directory.withLock({ $0.open(name) { Room(name, configuration, mint) } }) else {
            throw RPCError(
                .resourceExhausted,
                "there is no room \(name), and no place for one more: this server keeps \(configuration.maxRooms)"
            )
        }
        return room
    }

    // MARK: Hand-over

    /// Hands a room over once that nobody sees. The runtime looks through all that is loaded for each type that is new to it, which takes
    /// the longer the more there is: in a move all streams would wait for it.
    static func rehearse(_ configuration: ChatConfiguration, mint: MessageMint) throws {
        let old = Rooms(configuration, mint: mint)
        let new = Rooms(configuration, mint: mint)
        _ = try old.open("room").join("user")
        try new.restore(old.save())
        new.find("room")?.arrive("user")
    }

    func save() -> SavedState {
        let rooms = directory.withLock { $0.all }.map { (name: $0.key, content: $0.value.content) }
        return SavedState(schema: RoomsCoding.schema, version: RoomsCoding.version, bytes: RoomsCoding.encode(rooms))
    }

    /// Rooms of which the state knows nothing stay as they are: they were made by calls that stayed here.
    /// - Throws: where it isn't ours, or is damaged: then nothing has changed.
    func restore(_ state: SavedState) throws {
        try state.require(schema: RoomsCoding.schema, upTo: RoomsCoding.version)
        for (name, packed) in try RoomsCoding.rooms(in: state.bytes) {
            directory.withLock { $0.add(name) { Room(name, configuration, mint) } }.restore(packed)
        }
    }
}
