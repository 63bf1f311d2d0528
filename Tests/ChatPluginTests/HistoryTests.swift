import Testing

@testable import ChatPlugin

@Suite("A room's history")
struct HistoryTests {
    private func history(_ entries: Range<Int>, maxEntries: Int = 5, maxBytes: Int = .max) -> History<Int> {
        var history = History<Int>(maxEntries: maxEntries, maxBytes: maxBytes)
        for entry in entries { history.append(entry, time: Int64(entry) * 10, bytes: 100) }
        return history
    }

    /// All that a cursor reads until there is no more, and its place then.
    private func read(_ history: History<Int>, from cursor: inout Int) -> [Int]? {
        var read: [Int] = []
        while true {
            switch history.next(at: cursor) {
            case .entry(let entry):
                read.append(entry)
                cursor += 1
            case .none: return read
            case .dropped: return nil
            }
        }
    }

    @Test("keeps the last entries, however many come", arguments: [0, 1, 4, 5, 6, 10, 11, 1000])
    func keepsTheLast(count: Int) {
        let history = history(0..<count)
        #expect(history.count == min(count, 5))
        #expect(history.latest(100, since: .min) == Array((0..<count).suffix(5)))
    }

    @Test(
        "grows through every size without losing or reordering",
        arguments: [1, 2, 15, 16, 17, 31, 32, 33, 100, 1000]
    )
    func grows(maxEntries: Int) {
        var history = History<Int>(maxEntries: maxEntries, maxBytes: .max)
        for entry in 0..<2500 {
            history.append(entry, time: 0, bytes: 1)
            #expect(history.latest(.max, since: 0) == Array((0...entry).suffix(maxEntries)))
        }
    }

    @Test("keeps fewer entries where they are large, but the newest whatever its size")
    func boundsBytes() {
        var history = history(0..<4, maxBytes: 300)
        #expect(history.latest(10, since: .min) == [1, 2, 3])
        history.append(4, time: 40, bytes: 250)
        #expect(history.latest(10, since: .min) == [4])
        history.append(5, time: 50, bytes: 5000)
        #expect(history.latest(10, since: .min) == [5])
        #expect(history.bytes == 5000)
        history.append(6, time: 60, bytes: 10)
        #expect(history.latest(10, since: .min) == [6])
        #expect(history.bytes == 10)
    }

    @Test("a cursor reads each entry once, in order, as they come")
    func cursorReads() {
        var history = history(0..<3)
        var cursor = 0
        #expect(read(history, from: &cursor) == [0, 1, 2])
        #expect(read(history, from: &cursor) == [])
        for entry in 3..<7 { history.append(entry, time: 100, bytes: 1) }
        #expect(read(history, from: &cursor) == [3, 4, 5, 6])
    }

    @Test("a cursor that is just not too late loses nothing; one entry later it is told how many it lost")
    func cursorFallsBehind() {
        var history = history(0..<5)
        var cursor = 0
        #expect(read(history, from: &cursor) == [0, 1, 2, 3, 4])
        cursor = 0
        history.append(5, time: 100, bytes: 1)
        guard case .dropped(1) = history.next(at: cursor) else { return #expect(Bool(false), "wanted one dropped") }
        history.append(6, time: 100, bytes: 1)
        guard case .dropped(2) = history.next(at: cursor) else { return #expect(Bool(false), "wanted two dropped") }
    }

    @Test(
        "a new cursor starts before the last few, or at the first there is",
        arguments: [(0, 0), (2, 0), (3, 0), (4, 1), (9, 6)]
    )
    func newCursor(count: Int, start: Int) {
        var cursor = history(0..<count).cursor(beforeLast: 3)
        #expect(cursor == start)
        #expect(read(history(0..<count), from: &cursor) == Array(start..<count))
    }

    @Test(
        "the latest since a time include it",
        arguments: [
            (100, -1, [2, 3, 4, 5, 6]), (100, 20, [2, 3, 4, 5, 6]), (100, 21, [3, 4, 5, 6]), (100, 60, [6]),
            (100, 61, []),
            (2, 0, [5, 6]), (2, 60, [6]), (0, 0, []), (.max, .min, [2, 3, 4, 5, 6]), (.max, .max, []),
        ] as [(Int, Int, [Int])]
    )
    func latest(limit: Int, since: Int, expected: [Int]) {
        #expect(history(0..<7).latest(limit, since: Int64(since)) == expected)
    }

    @Test("of several entries of one time, a time includes all")
    func equalTimes() {
        var history = History<Int>(maxEntries: 10, maxBytes: .max)
        for (entry, time) in [1, 5, 5, 5, 9].enumerated() { history.append(entry, time: Int64(time), bytes: 1) }
        #expect(history.latest(10, since: 5) == [1, 2, 3, 4])
        #expect(history.latest(10, since: 6) == [4])
    }

    @Test("entries that made room are let go")
    func releases() {
        final class Thing {}
        var history = History<Thing>(maxEntries: 2, maxBytes: .max)
        weak var old: Thing?
        do {
            let thing = Thing()
            old = thing
            history.append(thing, time: 0, bytes: 1)
        }
        #expect(old != nil)
        for _ in 0..<2 { history.append(Thing(), time: 0, bytes: 1) }
        #expect(old == nil)
    }
}
