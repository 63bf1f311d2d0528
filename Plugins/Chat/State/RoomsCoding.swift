import StreamHostPlugin

/// The saved state "chat.rooms": all rooms, in as few bytes as they have, since it is made and read while calls wait.
///
/// ```
/// rooms      UInt32, then of each
///   name       text
///   last time  Int64
///   moving     UInt32 users, then of each: name, UInt32 streams
///   first      UInt64, the number of the oldest message
///   messages   UInt32, then of each: time Int64, size UInt32, the encoded chat.ChatMessage
/// ```
///
/// Message ids are not in it: each generation begins its own with a random text.
enum RoomsCoding {
    static let schema = "chat.rooms"
    static let version = 1

    // What is written of each at the least.
    private static let leastRoom = 4 + 8 + 4 + 8 + 4
    private static let leastUser = 4 + 4
    private static let leastMessage = 8 + 4 + 4

    static func encode(_ rooms: [(name: String, content: RoomContent)]) -> [UInt8] {
        var writer = PackedWriter(capacity: rooms.reduce(64) { $0 + 64 + $1.name.utf8.count + $1.content.mostBytes })
        writer.put(UInt32(clamping: rooms.count))
        for (name, content) in rooms {
            writer.put(name)
            switch content {
            case .packed(let room): room.bytes.withUnsafeBytes { writer.append($0) }
            case .snapshot(let snapshot): encode(snapshot, &writer)
            }
        }
        return writer.bytes
    }

    private static func encode(_ snapshot: RoomSnapshot<Room.Message>, _ writer: inout PackedWriter) {
        writer.put(snapshot.lastTime)
        writer.put(UInt32(clamping: snapshot.moving.count))
        for (user, streams) in snapshot.moving {
            writer.put(user)
            writer.put(UInt32(clamping: streams))
        }
        writer.put(UInt64(snapshot.history.first))
        writer.put(UInt32(clamping: snapshot.history.count))
        snapshot.history.forEach { message, time, size in
            writer.put(time)
            writer.put(UInt32(clamping: size))
            message.withUnsafeBytes { writer.put(bytes: $0) }
        }
    }

    /// The rooms of a state, each checked and left as it is.
    /// - Throws: where it was cut, or is no such state.
    static func rooms(in bytes: [UInt8]) throws -> [(name: String, room: PackedRoom)] {
        var reader = PackedReader(bytes)
        let rooms = try (0..<reader.count(ofAtLeast: leastRoom)).map { _ in
            let name = try reader.string()
            let start = reader.offset
            _ = try reader.integer(Int64.self)
            for _ in 0..<(try reader.count(ofAtLeast: leastUser)) {
                try reader.skip()
                _ = try reader.integer(UInt32.self)
            }
            _ = try reader.integer(UInt64.self)
            for _ in 0..<(try reader.count(ofAtLeast: leastMessage)) {
                _ = try reader.integer(Int64.self)
                _ = try reader.integer(UInt32.self)
                try reader.skip()
            }
            return (name, PackedRoom(bytes: reader.slice(from: start)))
        }
        try reader.end()
        return rooms
    }

    /// - Parameters:
    ///   - history: An empty one, of the limits that hold here: what goes over them is left out, oldest first.
    ///   - make: Makes a message of its bytes.
    static func decode(
        _ room: PackedRoom,
        into history: History<Room.Message>,
        _ make: (UnsafeRawBufferPointer) throws -> Room.Message
    ) throws -> RoomSnapshot<Room.Message> {
        var reader = PackedReader(room.bytes)
        var snapshot = RoomSnapshot(history: history, lastTime: try reader.integer(), moving: [])
        snapshot.moving = try (0..<reader.count(ofAtLeast: leastUser)).map { _ in
            (try reader.string(), Int32(clamping: try reader.integer(UInt32.self)))
        }
        snapshot.history.begin(at: Int(clamping: try reader.integer(UInt64.self)))
        for _ in 0..<(try reader.count(ofAtLeast: leastMessage)) {
            let time: Int64 = try reader.integer()
            let size = Int(try reader.integer(UInt32.self))
            snapshot.history.append(try reader.withBytes(make), time: time, bytes: size)
        }
        return snapshot
    }
}

/// A room as it lies in a saved state: unpacked when somebody first comes to it, and not while all calls wait. The state's memory stays as
/// long as one of its rooms is packed: at most as much again as the histories take.
struct PackedRoom: Sendable {
    let bytes: ArraySlice<UInt8>
}

/// What there is to save of a room.
enum RoomContent: Sendable {
    case packed(PackedRoom)
    case snapshot(RoomSnapshot<Room.Message>)

    /// How many bytes it will take, or more: histories count more than their messages' bytes.
    var mostBytes: Int {
        switch self {
        case .packed(let room): room.bytes.count
        case .snapshot(let snapshot): snapshot.history.bytes + 32 * snapshot.moving.count
        }
    }
}
