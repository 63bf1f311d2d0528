import StreamHostPlugin
import Synchronization

/// A room: ``RoomState`` behind a lock, with messages that are encoded once and shared by all who read them.
final class Room: Sendable {
    typealias Message = EncodedMessage<Chat_ChatMessage>

    let name: String
    /// A stream that was quiet for so long gets a heartbeat.
    let quietTime: Duration
    private let mint: MessageMint
    private let configuration: ChatConfiguration
    private let state: Mutex<Inner>

    private struct Inner {
        var room: RoomState<Message, CallSignal>
        /// What another generation has saved, and nobody has needed yet.
        var packed: PackedRoom?
    }

    init(_ name: String, _ configuration: ChatConfiguration, _ mint: MessageMint) {
        self.name = name
        self.mint = mint
        quietTime = .seconds(configuration.heartbeatSeconds)
        self.configuration = configuration
        state = Mutex(Inner(room: RoomState(history: configuration.emptyHistory())))
    }

    // MARK: Subscribers

    /// A stream of the user begins.
    /// - Returns: the place to read from: the JOIN was posted, and the place taken, in one step.
    @inline(never)
    func join(_ user: String) throws -> Int {
        let (cursor, wake) = try locked { state in
            try state.join(user, now: mint.now()) { time in
                try mint.encode(.join, "\(user) joined the chat", by: user, in: name, at: time)
            }
        }
        raise(wake)
        return cursor
    }

    /// A stream of the user ends.
    /// - Parameter asleep: whether the room may have the signal.
    @inline(never)
    func leave(_ user: String, _ signal: CallSignal, asleep: Bool) {
        do {
            let wake = try locked { state in
                try state.leave(user, signal, asleep: asleep, now: mint.now()) { time in
                    try mint.encode(.leave, "\(user) left the chat", by: user, in: name, at: time)
                }
            }
            raise(wake)
        } catch {
            mint.log.error("room \(name): the LEAVE of \(user) is lost: \(error)")
        }
    }

    /// A stream of the user goes on here: no JOIN.
    @inline(never)
    func arrive(_ user: String) { locked { $0.arrive(user) } }

    /// A stream of the user moves to another generation: no LEAVE.
    @inline(never)
    func depart(_ user: String, _ signal: CallSignal, asleep: Bool) {
        locked { $0.depart(user, signal, asleep: asleep) }
    }

    /// What to send next. With `.none` the room has the signal, and raises it once there is more.
    @inline(never)
    func next(at cursor: Int, _ signal: CallSignal, asleep: Bool) -> History<Message>.Next {
        locked { $0.next(at: cursor, signal, asleep: asleep) }
    }

    /// For one stream; no part of the history.
    @inline(never)
    func notice(_ text: String) throws -> Message {
        let time = locked { $0.time(mint.now()) }
        return try mint.encode(.system, text, by: "system", in: name, at: time).entry
    }

    // MARK: Messages

    /// Posts what a user says.
    /// - Returns: whether subscribers that were woken should get a chance to read before more is posted.
    func say(_ content: String, by user: String) throws -> Bool {
        // Encoded under the lock: times must not decrease from one message to the next.
        let (wake, crowded) = try locked { state in
            let wake = try state.post(now: mint.now()) { time in
                try mint.encode(.message, content, by: user, in: name, at: time)
            }
            return (wake, state.isCrowded)
        }
        raise(wake)
        return crowded
    }

    /// The numbers of the newest of those from that time on.
    func numbers(ofLatest limit: Int, since time: Int64) -> Range<Int> {
        locked { $0.history.numbers(ofLatest: limit, since: time) }
    }

    /// Those of these numbers that are there.
    func messages(in numbers: Range<Int>) -> [Message] {
        locked { $0.history.entries(in: numbers) }
    }

    // MARK: Hand-over

    var content: RoomContent {
        state.withLock { inner in inner.packed.map { .packed($0) } ?? .snapshot(inner.room.snapshot) }
    }

    /// Takes what another generation has saved, in place of its own.
    func restore(_ packed: PackedRoom) {
        // Streams that are here wait for something that may be in it.
        let wake = state.withLock { inner in
            inner.packed = packed
            return inner.room.wakeAll()
        }
        raise(wake)
    }

    private func locked<R>(_ body: (inout sending RoomState<Message, CallSignal>) throws -> sending R) rethrows -> sending R {
        try state.withLock { inner in
            if let packed = inner.packed { unpack(packed, into: &inner) }
            return try body(&inner.room)
        }
    }

    @inline(never)
    private func unpack(_ packed: PackedRoom, into inner: inout Inner) {
        inner.packed = nil
        do {
            // Nobody sleeps: all were woken when it came.
            _ = inner.room.restore(try RoomsCoding.decode(packed, into: configuration.emptyHistory(), mint.take))
        } catch {
            // It was read when it came: only memory can be missing.
            mint.log.error("room \(name): its history is lost: \(error)")
        }
    }

    private func raise(_ signals: [CallSignal]) {
        for signal in signals { signal.raise() }
    }
}
