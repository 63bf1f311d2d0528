/// Who is in a room: a user is there from the beginning of the first of the user's streams to the end of the last.
struct Presence {
    private var streams: [String: Int] = [:]

    /// Whether the user has a stream.
    func has(_ user: String) -> Bool { streams[user] != nil }

    /// A stream of the user begins.
    mutating func streamBegan(_ user: String) { streams[user, default: 0] += 1 }

    /// A stream of the user ends.
    /// - Returns: whether it was the last.
    mutating func streamEnded(_ user: String) -> Bool {
        guard let count = streams[user] else { return false }
        streams[user] = count > 1 ? count - 1 : nil
        return count == 1
    }
}
