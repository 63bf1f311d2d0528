/// The last entries of a room, each with a sequence number: a ring that is bounded in entries and in bytes.
///
/// A cursor is the number of the entry that is wanted next. It costs nothing here, and so can't hold anything back.
struct History<Entry> {
    /// What a cursor finds.
    enum Next {
        case entry(Entry)
        /// Everything was read.
        case none
        /// The entry, and more after it, has made room for newer ones: so many are lost to this cursor.
        case dropped(Int)
    }

    fileprivate struct Slot {
        let entry: Entry
        let time: Int64
        let bytes: Int
    }

    let maxEntries: Int
    let maxBytes: Int
    /// The oldest that is kept.
    private(set) var first = 0
    /// One past the newest.
    private(set) var end = 0
    private(set) var bytes = 0
    // Number n is at n modulo the count, which grows with use: most rooms never see a thousand messages.
    private var slots: [Slot?] = []

    init(maxEntries: Int, maxBytes: Int) {
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
    }

    var count: Int { end - first }

    /// The newest is always kept, whatever its size. Times must not decrease.
    mutating func append(_ entry: Entry, time: Int64, bytes size: Int) {
        if count == maxEntries { dropOldest() }
        if count == slots.count { grow() }
        slots[end % slots.count] = Slot(entry: entry, time: time, bytes: size)
        end += 1
        bytes += size
        while bytes > maxBytes, count > 1 { dropOldest() }
    }

    /// What a cursor reads next.
    func next(at cursor: Int) -> Next {
        guard cursor < end else { return .none }
        guard cursor >= first, let slot = slots[cursor % slots.count] else { return .dropped(first - cursor) }
        return .entry(slot.entry)
    }

    /// A cursor that has these many yet to read, or as many as there are.
    func cursor(beforeLast count: Int) -> Int { max(first, end - count) }

    /// The newest of those from that time on, oldest first.
    func latest(_ limit: Int, since time: Int64) -> [Entry] { entries(in: numbers(ofLatest: limit, since: time)) }

    /// The numbers of the newest of those from that time on.
    func numbers(ofLatest limit: Int, since time: Int64) -> Range<Int> {
        max(firstIndex(since: time), end - min(limit, count))..<end
    }

    /// Those of these numbers that are there.
    func entries(in numbers: Range<Int>) -> [Entry] {
        numbers.clamped(to: first..<end).compactMap { slots[$0 % slots.count]?.entry }
    }

    // MARK: Hand-over

    /// All entries, oldest first.
    func forEach(_ body: (_ entry: Entry, _ time: Int64, _ bytes: Int) -> Void) {
        for number in first..<end {
            if let slot = slots[number % slots.count] { body(slot.entry, slot.time, slot.bytes) }
        }
    }

    /// Numbers the first entry, before there is one. A number from outside; so large that no more could follow is none of ours.
    mutating func begin(at number: Int) {
        guard count == 0 else { return }
        first = min(max(number, 0), Int.max / 2)
        end = first
    }

    /// Takes the entries of another in place of its own, as far as its own limits let it.
    mutating func replace(by other: History) {
        guard other.maxEntries != maxEntries || other.maxBytes != maxBytes else { return self = other }
        var replaced = History(maxEntries: maxEntries, maxBytes: maxBytes)
        replaced.begin(at: other.first)
        other.forEach { entry, time, bytes in replaced.append(entry, time: time, bytes: bytes) }
        self = replaced
    }

    // Binary search: times don't decrease.
    private func firstIndex(since time: Int64) -> Int {
        var low = first
        var high = end
        while low < high {
            let middle = low + (high - low) / 2
            if let slot = slots[middle % slots.count], slot.time < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func dropOldest() {
        let index = first % slots.count
        bytes -= slots[index]?.bytes ?? 0
        slots[index] = nil
        first += 1
    }

    private mutating func grow() {
        var larger = [Slot?](repeating: nil, count: min(max(slots.count * 2, 4), maxEntries))
        for number in first..<end { larger[number % larger.count] = slots[number % slots.count] }
        slots = larger
    }
}

extension History: Sendable where Entry: Sendable {}
extension History.Slot: Sendable where Entry: Sendable {}
