import StreamHostPlugin

/// A stream that reads a room: a place in its history, and the signal that wakes it.
///
/// SAFETY: `@unchecked Sendable` as only the handler of its call uses it, one step after the other.
final class Subscription: @unchecked Sendable {
    let room: Room
    let signal: CallSignal
    private let context: CallContext
    private let user: String
    private var cursor: Int
    // Whether the room has the signal and will raise it. It may have just done so, unseen: then the next wait ends at once.
    private var asleep = false

    /// Posts the JOIN, and begins where the room's last messages begin; or goes on where the stream was in another generation.
    @inline(never)
    init(to room: Room, of user: String, _ context: CallContext) throws {
        self.room = room
        self.user = user
        self.context = context
        signal = context.makeSignal(orDrain: true)
        guard context.isResumed else {
            cursor = try room.join(user)
            return
        }
        // First of all, so that it leaves if it can't go on.
        room.arrive(user)
        do {
            guard let place: Int = try Place.resumed(in: context) else { throw context.unusableCheckpoint("it is empty") }
            cursor = place
        } catch {
            room.leave(user, signal, asleep: false)
            throw error
        }
    }

    /// Tells the host the place: what was sent is never sent again.
    @inline(never)
    func checkpoint() throws { try Place.checkpoint(cursor, in: context) }

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

    /// A stream that moves is missed by nobody.
    @inline(never)
    func end() {
        if context.isMoving {
            room.depart(user, signal, asleep: asleep)
        } else {
            room.leave(user, signal, asleep: asleep)
        }
    }
}
