/// Who is in a room: a user is there from the beginning of the first of the user's streams to the end of the last. A stream that moves to
/// another generation of the plugin is there all the time: neither its leaving here nor its arriving there is anyone's coming or going.
struct Presence {
    private struct Streams {
        var here: Int32 = 0
        /// Those that have let go, and will arrive where the state is restored (or here again).
        var moving: Int32 = 0

        var isEmpty: Bool { here <= 0 && moving <= 0 }
    }

    private var streams: [String: Streams] = [:]

    /// Whether the user has a stream.
    func has(_ user: String) -> Bool { streams[user] != nil }

    /// A stream of the user begins.
    mutating func streamBegan(_ user: String) { streams[user, default: Streams()].here += 1 }

    /// A stream of the user ends.
    /// - Returns: whether it was the last.
    mutating func streamEnded(_ user: String) -> Bool {
        guard var left = streams[user] else { return false }
        left.here -= 1
        streams[user] = left.isEmpty ? nil : left
        return left.isEmpty
    }

    // MARK: Moving

    /// A stream of the user lets go.
    mutating func streamDeparted(_ user: String) {
        streams[user, default: Streams()].here -= 1
        streams[user, default: Streams()].moving += 1
    }

    /// A stream of the user goes on here. One that let go after the state was saved isn't known, and is counted from here on.
    mutating func streamArrived(_ user: String) {
        streams[user, default: Streams()].here += 1
        if let known = streams[user], known.moving > 0 { streams[user]?.moving -= 1 }
    }

    /// How many streams of each user are on their way.
    var moving: [(user: String, streams: Int32)] { streams.filter { $0.value.moving > 0 }.map { ($0.key, $0.value.moving) } }

    /// Takes those that are on their way here, in place of those that were to come before.
    mutating func expect(_ moving: [(user: String, streams: Int32)]) {
        for user in streams.keys { streams[user]?.moving = 0 }
        for (user, count) in moving { streams[user, default: Streams()].moving += count }
        streams = streams.filter { !$0.value.isEmpty }
    }
}
