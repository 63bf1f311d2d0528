/// Rooms by name, up to a number. A room that was used stays: its history is what clients may still ask for.
struct RoomDirectory<Room> {
    let maxRooms: Int
    private var rooms: [String: Room] = [:]

    init(maxRooms: Int) {
        self.maxRooms = maxRooms
    }

    /// The room of that name, if it was ever used.
    func find(_ name: String) -> Room? { rooms[name] }

    var all: [String: Room] { rooms }

    /// Adds a room that another generation has made, whatever the number: what there is is not thrown away.
    mutating func add(_ name: String, _ make: () -> Room) -> Room {
        if let room = rooms[name] { return room }
        let room = make()
        rooms[name] = room
        return room
    }

    /// The room of that name, made where there is none; `nil`: there are too many.
    mutating func open(_ name: String, _ make: () -> Room) -> Room? {
        if let room = rooms[name] { return room }
        return rooms.count < maxRooms ? add(name, make) : nil
    }
}
