/// What a room decides, without clock, lock or wire: an input says what time it is, and answers whom to wake.
///
/// `Sleeper` wakes a subscriber that has read everything. A sleeper is handed in by ``next(at:_:asleep:)``, handed out
/// once by the next post, and taken back when its subscriber leaves.
struct RoomState<Entry, Sleeper: AnyObject> {
    /// Makes the entry of a time, and says how many bytes it counts.
    typealias Make = (_ time: Int64) throws -> (entry: Entry, bytes: Int)

    // So many are shown to who joins.
    private static var shownOnJoining: Int { 10 }

    var history: History<Entry>
    var presence = Presence()
    private var sleepers: [Sleeper] = []
    var lastTime = Int64.min
    // Posts since sleepers were woken, none of whom has come yet; nil: somebody has, or nobody slept.
    private var unseen: Int?

    init(history: History<Entry>) {
        self.history = history
    }

    /// Many were posted since subscribers were woken, and none has had a chance to read.
    var isCrowded: Bool { (unseen ?? 0) > history.maxEntries / 4 }

    /// Now, or the room's latest time where the clock has gone back.
    mutating func time(_ now: Int64) -> Int64 {
        lastTime = max(lastTime, now)
        return lastTime
    }

    /// Adds an entry.
    /// - Returns: whom to wake.
    mutating func post(now: Int64, _ make: Make) rethrows -> [Sleeper] {
        let time = time(now)
        let (entry, bytes) = try make(time)
        history.append(entry, time: time, bytes: bytes)
        let woken = wakeAll()
        if !woken.isEmpty { unseen = unseen ?? 0 }
        unseen = unseen.map { $0 + 1 }
        return woken
    }

    /// Hands out all sleepers.
    mutating func wakeAll() -> [Sleeper] {
        var woken: [Sleeper] = []
        swap(&woken, &sleepers)
        return woken
    }

    // MARK: Subscribers

    /// A stream of the user begins. `make` makes the JOIN, which is posted for the user's first.
    /// - Returns: the place to read from, and whom to wake.
    mutating func join(_ user: String, now: Int64, _ make: Make) rethrows -> (cursor: Int, wake: [Sleeper]) {
        let wake = presence.has(user) ? [] : try post(now: now, make)
        presence.streamBegan(user)
        return (history.cursor(beforeLast: Self.shownOnJoining), wake)
    }

    /// A stream of the user ends. `make` makes the LEAVE, which is posted for the user's last.
    /// - Parameter asleep: whether the sleeper was handed in since it last woke.
    /// - Returns: whom to wake.
    mutating func leave(
        _ user: String,
        _ sleeper: Sleeper,
        asleep: Bool,
        now: Int64,
        _ make: Make
    ) rethrows -> [Sleeper] {
        if asleep { takeBack(sleeper) }
        return presence.streamEnded(user) ? try post(now: now, make) : []
    }

    private mutating func takeBack(_ sleeper: Sleeper) {
        guard let index = sleepers.lastIndex(where: { $0 === sleeper }) else { return }
        sleepers.swapAt(index, sleepers.count - 1)
        sleepers.removeLast()
    }

    /// A stream of the user moves to another generation, as if it had never been here.
    mutating func depart(_ user: String, _ sleeper: Sleeper, asleep: Bool) {
        if asleep { takeBack(sleeper) }
        presence.streamDeparted(user)
    }

    /// A stream of the user goes on here that began in another generation, where its JOIN was posted.
    mutating func arrive(_ user: String) { presence.streamArrived(user) }

    /// What to send next to the subscriber at this place. With `.none` it is to sleep.
    mutating func next(at cursor: Int, _ sleeper: Sleeper, asleep: Bool) -> History<Entry>.Next {
        unseen = nil
        let next = history.next(at: cursor)
        if case .none = next, !asleep { sleepers.append(sleeper) }
        return next
    }
}
