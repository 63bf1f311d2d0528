import Testing

@testable import ChatPlugin

@Suite("A room")
struct RoomStateTests {
    /// Stands for a subscriber's signal.
    final class Sleeper {}

    /// A room on a clock of the test's own, with texts for messages.
    struct Model {
        var state: RoomState<String, Sleeper>
        var clock: Int64 = 1000

        init(maxEntries: Int = 100) {
            state = RoomState(history: History(maxEntries: maxEntries, maxBytes: .max))
        }

        mutating func post(_ text: String) -> [Sleeper] {
            state.post(now: clock) { time in ("\(text)@\(time)", 1) }
        }

        mutating func join(_ user: String) -> (cursor: Int, wake: [Sleeper]) {
            state.join(user, now: clock) { time in ("+\(user)@\(time)", 1) }
        }

        mutating func leave(_ user: String, _ sleeper: Sleeper = Sleeper(), asleep: Bool = false) -> [Sleeper] {
            state.leave(user, sleeper, asleep: asleep, now: clock) { time in ("-\(user)@\(time)", 1) }
        }

        /// Reads until there is no more; the sleeper is handed in.
        mutating func read(_ cursor: inout Int, _ sleeper: Sleeper, asleep: Bool = false) -> [String] {
            var texts: [String] = []
            while case .entry(let text) = state.next(at: cursor, sleeper, asleep: asleep) {
                texts.append(text)
                cursor += 1
            }
            return texts
        }

        var all: [String] { state.history.latest(.max, since: .min) }
    }

    @Test("who joins an empty room reads the own JOIN, then what is said")
    func joining() {
        var room = Model()
        var (cursor, wake) = room.join("ada")
        let ada = Sleeper()
        #expect(wake.isEmpty)
        #expect(room.read(&cursor, ada) == ["+ada@1000"])
        #expect(room.post("hello").map(ObjectIdentifier.init) == [ObjectIdentifier(ada)])
        #expect(room.read(&cursor, ada) == ["hello@1000"])
    }

    @Test("who joins reads the last ten, the own JOIN among them", arguments: [8, 9, 10, 15, 250])
    func lastTen(said: Int) {
        var room = Model()
        for number in 0..<said { _ = room.post("\(number)") }
        var (cursor, _) = room.join("ada")
        let expected = (0..<said).suffix(9).map { "\($0)@1000" } + ["+ada@1000"]
        #expect(room.read(&cursor, Sleeper()) == expected)
    }

    @Test("JOIN is posted for a user's first stream, LEAVE for the last")
    func presence() {
        var room = Model()
        _ = room.join("ada")
        _ = room.join("ada")
        _ = room.join("bob")
        _ = room.leave("ada")
        #expect(room.all == ["+ada@1000", "+bob@1000"])
        _ = room.leave("ada")
        _ = room.join("ada")
        #expect(room.all == ["+ada@1000", "+bob@1000", "-ada@1000", "+ada@1000"])
    }

    @Test("a message wakes each sleeper once, until it sleeps again")
    func wakesOnce() {
        var room = Model()
        let sleepers = [Sleeper(), Sleeper(), Sleeper()]
        var cursors = sleepers.map { _ in room.join("ada").cursor }
        for (index, sleeper) in sleepers.enumerated() { _ = room.read(&cursors[index], sleeper) }
        #expect(room.post("one").count == 3)
        #expect(room.post("two").isEmpty)
        #expect(room.read(&cursors[0], sleepers[0]) == ["one@1000", "two@1000"])
        #expect(room.post("three").map(ObjectIdentifier.init) == [ObjectIdentifier(sleepers[0])])
    }

    @Test("who has a heartbeat in its sleep isn't handed in twice")
    func heartbeat() {
        var room = Model()
        let ada = Sleeper()
        var cursor = room.join("ada").cursor
        _ = room.read(&cursor, ada)
        #expect(room.read(&cursor, ada, asleep: true) == [])
        #expect(room.post("one").count == 1)
    }

    @Test("who leaves asleep is not woken any more, nor kept")
    func leavesAsleep() {
        var room = Model()
        weak var gone: Sleeper?
        do {
            let one = Sleeper()
            gone = one
            var cursor = room.join("ada").cursor
            _ = room.join("ada")
            _ = room.read(&cursor, one)
            #expect(room.leave("ada", one, asleep: true).isEmpty)
        }
        #expect(gone == nil)
        #expect(room.post("one").isEmpty)
    }

    @Test("the last stream's end wakes the others, not itself")
    func leaveWakes() {
        var room = Model()
        let (ada, bob) = (Sleeper(), Sleeper())
        var adas = room.join("ada").cursor
        var bobs = room.join("bob").cursor
        _ = room.read(&adas, ada)
        _ = room.read(&bobs, bob)
        #expect(room.leave("bob", bob, asleep: true).map(ObjectIdentifier.init) == [ObjectIdentifier(ada)])
        #expect(room.read(&adas, ada) == ["-bob@1000"])
    }

    @Test("times never decrease, even if the clock does")
    func clockGoesBack() {
        var room = Model()
        _ = room.post("one")
        room.clock = 500
        _ = room.post("two")
        #expect(room.state.time(500) == 1000)
        room.clock = 1001
        _ = room.post("three")
        #expect(room.all == ["one@1000", "two@1000", "three@1001"])
    }

    @Test("who can't be told of is not there")
    func makeFails() {
        struct NoMemory: Error {}
        var room = Model()
        #expect(throws: NoMemory.self) { try room.state.join("ada", now: 1) { _ in throw NoMemory() } }
        #expect(room.all == [])
        _ = room.join("ada")
        #expect(room.all == ["+ada@1000"])
    }

    @Test(
        "none is lost or doubled for those who join in the midst, whatever the order of things",
        arguments: 0..<20 as Range<UInt64>
    )
    func interleavings(seed: UInt64) {
        var random = SplitMix(state: seed)
        var room = Model(maxEntries: 1000)
        var readers: [(cursor: Int, start: Int, read: [String], sleeper: Sleeper, asleep: Bool)] = []
        for number in 0..<400 {
            switch random.next() % 3 {
            case 0 where readers.count < 10:
                let (cursor, wake) = room.join("user\(readers.count)")
                for index in readers.indices where wake.contains(where: { $0 === readers[index].sleeper }) {
                    readers[index].asleep = false
                }
                readers.append((cursor, cursor, [], Sleeper(), false))
            case 1 where !readers.isEmpty:
                let index = Int(random.next() % UInt64(readers.count))
                guard !readers[index].asleep else { continue }
                var cursor = readers[index].cursor
                readers[index].read += room.read(&cursor, readers[index].sleeper)
                readers[index].cursor = cursor
                readers[index].asleep = true
            default:
                let wake = room.post("\(number)")
                for index in readers.indices where wake.contains(where: { $0 === readers[index].sleeper }) {
                    readers[index].asleep = false
                }
            }
        }
        for var reader in readers {
            reader.read += room.read(&reader.cursor, reader.sleeper, asleep: reader.asleep)
            #expect(reader.read == Array(room.all[reader.start...]))
        }
    }

    // MARK: Crowding

    @Test("many posts after a wake-up that nobody has followed make a crowd; the first reader ends it")
    func crowd() {
        var room = Model(maxEntries: 40)
        let ada = Sleeper()
        var cursor = room.join("ada").cursor
        _ = room.read(&cursor, ada)
        for _ in 0..<10 {
            _ = room.post("x")
            #expect(!room.state.isCrowded)
        }
        _ = room.post("x")
        #expect(room.state.isCrowded)
        #expect(room.read(&cursor, ada).count == 11)
        #expect(!room.state.isCrowded)
    }

    @Test("without sleepers, or with one that never reads, there is no crowd")
    func noCrowd() {
        var room = Model(maxEntries: 40)
        for _ in 0..<100 { _ = room.post("x") }
        #expect(!room.state.isCrowded)
        // Reads once, and then is stuck in its writing.
        let cursor = room.join("deaf").cursor
        _ = room.state.next(at: cursor, Sleeper(), asleep: false)
        for _ in 0..<100 { _ = room.post("x") }
        #expect(!room.state.isCrowded)
    }
}

/// A small generator with a seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
