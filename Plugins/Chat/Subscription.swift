import StreamHostPlugin

/// A stream that reads a room: a place in its history, and the signal that wakes it.
///
/// SAFETY: `@unchecked Sendable` as only the handler of its call uses it, one step after the other.
final class Subscription: @unchecked Sendable {
    let room: Room
    let signal: CallSignal
    private let user: String
    private var cursor: Int
    // Whether the room has the signal and will raise it. It may have just done so, unseen: then the next wait ends at once.
    private var asleep = false

    /// Posts the JOIN, and begins where the room's last messages begin.
    @inline(never)
    init(to room: Room, of user: String, _ signal: CallSignal) throws {
        self.room = room
        self.user = user
        self.signal = signal
        cursor = try room.join(user)
    }

    /// What to send next. With `.none` the room has the signal, and raises it once there is more.
    @inline(never)
    func next() -> History<Room.Message>.Next {
        let next = room.next(at: cursor, signal, asleep: asleep)
        switch next {
        case .entry: cursor += 1
        case .none: asleep = true
        case .dropped: break
        }
        return next
    }

    /// The room has raised the signal, and has it no more.
    func wasWoken() { asleep = false }

    @inline(never)
    func end() { room.leave(user, signal, asleep: asleep) }
}
