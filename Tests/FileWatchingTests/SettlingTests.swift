import Testing

@testable import FileWatching

@Suite("When a file has settled")
struct SettlingTests {
    static let path = "libx.so"

    /// Settling in a second, patient for ten.
    var settling = Settling(settle: .seconds(1))

    func file(_ inode: UInt64, size: Int64 = 1, modified: Int64 = 1) -> Sight {
        .present(FileIdentity(device: 1, inode: inode, size: size, modified: modified))
    }

    mutating func notice(_ signal: Settling.Signal, _ sight: Sight, at seconds: Double) {
        settling.noticed(signal, at: Self.path, sight, now: .seconds(seconds))
    }

    mutating func look(_ sight: Sight, at seconds: Double) -> Settling.Outcome {
        settling.looked(at: Self.path, sight, now: .seconds(seconds))
    }

    @Test("A file that nothing happens to needs no look")
    mutating func quiet() {
        settling.add(Self.path, known: file(1))
        #expect(settling.nextLook == nil)
        #expect(settling.due(now: .seconds(1000)) == [])
        #expect(settling.isQuiet(Self.path))
    }

    @Test("A file that was written and closed is told of once, after the settling time")
    mutating func writtenAndClosed() {
        settling.add(Self.path, known: file(1))
        notice(.written, file(1, size: 2), at: 10)
        notice(.closed, file(1, size: 2), at: 11)
        #expect(settling.nextLook == .seconds(12))
        #expect(settling.due(now: .seconds(11.9)) == [])
        #expect(settling.due(now: .seconds(12)) == [Self.path])
        #expect(look(file(1, size: 2), at: 12) == .settled)
        #expect(settling.nextLook == nil)
    }

    @Test("Each write puts the look off, and so does each close")
    mutating func manyWrites() {
        settling.add(Self.path, known: file(1))
        for step in 0..<100 {
            let now = Double(step) * 0.9
            notice(.written, file(1, size: Int64(step)), at: now)
            notice(.closed, file(1, size: Int64(step)), at: now)
            #expect(settling.due(now: .seconds(now + 0.9)) == [])
        }
        #expect(settling.nextLook == .seconds(99 * 0.9 + 1))
        #expect(look(file(1, size: 99), at: 91) == .settled)
    }

    @Test("A file that is still open is waited for patiently, but not forever")
    mutating func open() {
        settling.add(Self.path, known: .absent)
        notice(.created, file(1, size: 0), at: 0)
        notice(.written, file(1, size: 9), at: 1)
        #expect(settling.nextLook == .seconds(11))
        #expect(look(file(1, size: 9), at: 11) == .settled)
    }

    @Test("Patience is ten times the settling time, and at most ten seconds more")
    func patience() {
        #expect(Settling(settle: .milliseconds(200)).patience == .seconds(2))
        #expect(Settling(settle: .seconds(60)).patience == .seconds(70))
    }

    @Test("A look that finds another state than the last one puts off, as a mapping is written without signals")
    mutating func mapped() {
        settling.add(Self.path, known: file(1))
        notice(.closed, file(1, modified: 2), at: 0)
        #expect(look(file(1, modified: 3), at: 1) == .changing)
        #expect(settling.nextLook == .seconds(2))
        #expect(look(file(1, modified: 4), at: 2) == .changing)
        #expect(look(file(1, modified: 4), at: 3) == .settled)
    }

    @Test("A file that is renamed into place is taken to be whole, whatever was written at the place before")
    mutating func renamed() {
        settling.add(Self.path, known: file(1))
        notice(.written, file(1, size: 2), at: 0)
        #expect(settling.nextLook == .seconds(10))
        notice(.replaced, file(2), at: 0.5)
        #expect(settling.nextLook == .seconds(1.5))
        #expect(look(file(2), at: 1.5) == .settled)
    }

    @Test("Deleted and made again within the settling time is one change")
    mutating func recreated() {
        settling.add(Self.path, known: file(1))
        notice(.replaced, .absent, at: 0)
        notice(.created, file(2), at: 0.9)
        notice(.closed, file(2), at: 0.95)
        #expect(settling.due(now: .seconds(1.9)) == [])
        #expect(look(file(2), at: 1.95) == .settled)
    }

    @Test("A deletion is told once it has lasted, and a file that comes later is told of")
    mutating func removed() {
        settling.add(Self.path, known: file(1))
        notice(.replaced, .absent, at: 0)
        #expect(look(.absent, at: 1) == .removed)
        notice(.replaced, file(1), at: 5)
        #expect(look(file(1), at: 6) == .settled)
    }

    @Test("A file that went away and came back as it was is no news")
    mutating func sameAgain() {
        settling.add(Self.path, known: file(1))
        notice(.replaced, .absent, at: 0)
        notice(.replaced, file(1), at: 0.5)
        #expect(look(file(1), at: 1.5) == .unchanged)
    }

    @Test("A file that came and went is no news")
    mutating func cameAndWent() {
        settling.add(Self.path, known: .absent)
        notice(.created, file(1), at: 0)
        notice(.replaced, .absent, at: 0.5)
        #expect(settling.nextLook == .seconds(1.5))
        #expect(look(.absent, at: 1.5) == .unchanged)
    }

    @Test("Opened for writing and closed without a write is no news")
    mutating func untouched() {
        settling.add(Self.path, known: file(1))
        notice(.closed, file(1), at: 0)
        notice(.found(isYoung: true), file(1), at: 0)
        notice(.replaced, file(1), at: 0)
        #expect(settling.nextLook == nil)
    }

    @Test("Other contents of the same size and time are news")
    mutating func sameIdentity() {
        settling.add(Self.path, known: file(1))
        notice(.written, file(1), at: 0)
        notice(.closed, file(1), at: 0)
        #expect(look(file(1), at: 1) == .settled)
    }

    @Test("A file that was found is waited for as long as its age asks for")
    mutating func found() {
        settling.add(Self.path, known: .absent)
        notice(.found(isYoung: false), file(1), at: 0)
        #expect(settling.nextLook == .seconds(1))
        notice(.found(isYoung: true), file(2), at: 0)
        #expect(settling.nextLook == .seconds(10))
    }

    @Test("Of a file that has been followed, more is known than its age")
    mutating func foundAgain() {
        settling.add(Self.path, known: .absent)
        notice(.created, file(1), at: 0)
        notice(.closed, file(1), at: 1)
        notice(.found(isYoung: true), file(1), at: 1)
        #expect(settling.nextLook == .seconds(2))
        notice(.written, file(1), at: 1)
        notice(.found(isYoung: false), file(1), at: 1)
        #expect(settling.nextLook == .seconds(11))
    }

    @Test("A file that is out of sight for a moment stays closed, or open")
    mutating func outOfSight() {
        for (signal, look) in [(Settling.Signal.closed, 2.0), (.written, 11.0)] {
            settling.add(Self.path, known: .absent)
            notice(.created, file(1), at: 0)
            notice(signal, file(1), at: 0)
            notice(.found(isYoung: false), .absent, at: 0.5)
            #expect(settling.nextLook == .seconds(1.5))
            notice(.found(isYoung: true), file(1), at: 1)
            #expect(settling.nextLook == .seconds(look))
        }
    }

    @Test("A new settling time counts from the next signal on")
    mutating func newTime() {
        settling.add(Self.path, known: .absent)
        notice(.replaced, file(1), at: 0)
        settling.settle = .seconds(3)
        #expect(settling.nextLook == .seconds(1))
        notice(.replaced, file(2), at: 0.5)
        #expect(settling.nextLook == .seconds(3.5))
    }

    @Test("Files are due in the order in which they have waited, and one doesn't put off another")
    mutating func several() {
        for name in ["a", "b", "c"] { settling.add(name, known: .absent) }
        settling.noticed(.replaced, at: "c", file(3), now: .seconds(0))
        settling.noticed(.replaced, at: "a", file(1), now: .seconds(0.5))
        settling.noticed(.replaced, at: "b", file(2), now: .seconds(0))
        #expect(settling.nextLook == .seconds(1))
        #expect(settling.due(now: .seconds(1)) == ["b", "c"])
        #expect(settling.due(now: .seconds(2)) == ["b", "c", "a"])
    }

    @Test("A file that nobody watches is nothing")
    mutating func unknown() {
        notice(.written, file(1), at: 0)
        #expect(settling.nextLook == nil)
        settling.add(Self.path, known: .absent)
        notice(.written, file(1), at: 0)
        settling.remove(Self.path)
        #expect(settling.nextLook == nil)
        #expect(look(file(1), at: 20) == .unchanged)
    }
}
