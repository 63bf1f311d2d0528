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

    static func encode(_ rooms: [(name: String, snapshot: RoomSnapshot<Room.Message>)]) -> [UInt8] {
        // Too much rather than too little: the histories count more than their messages' bytes.
        let capacity = rooms.reduce(64) { $0 + 64 + $1.name.utf8.count + $1.snapshot.history.bytes + 32 * $1.snapshot.moving.count }
        var writer = PackedWriter(capacity: capacity)
        writer.put(UInt32(clamping: rooms.count))
        for (name, snapshot) in rooms {
            writer.put(name)
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
        return writer.bytes
    }

    /// - Parameters:
    ///   - history: An empty one, of the limits that hold here: what goes over them is left out, oldest first.
    ///   - make: Makes a message of its bytes.
    static func decode(
        _ bytes: [UInt8],
        into history: History<Room.Message>,
        _ make: (UnsafeRawBufferPointer) throws -> Room.Message
    ) throws -> [(name: String, snapshot: RoomSnapshot<Room.Message>)] {
        var reader = PackedReader(bytes)
        let rooms = try (0..<reader.count(ofAtLeast: leastRoom)).map { _ in
            let name = try reader.string()
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
            return (name, snapshot)
        }
        try reader.end()
        return rooms
    }
}
