/// What a room hands to the next generation of the plugin.
struct RoomSnapshot<Entry> {
    var history: History<Entry>
    /// The room's latest time.
    var lastTime: Int64
    /// Users whose streams are on their way, and how many of each.
    var moving: [(user: String, streams: Int32)]
}

extension RoomSnapshot: Sendable where Entry: Sendable {}

extension RoomState {
    var snapshot: RoomSnapshot<Entry> { RoomSnapshot(history: history, lastTime: lastTime, moving: presence.moving) }

    /// Takes what another generation knew, in place of its own. Streams that are here stay, and read on at their numbers.
    /// - Returns: whom to wake.
    mutating func restore(_ snapshot: RoomSnapshot<Entry>) -> [Sleeper] {
        history.replace(by: snapshot.history)
        lastTime = max(lastTime, snapshot.lastTime)
        presence.expect(snapshot.moving)
        return wakeAll()
    }
}
