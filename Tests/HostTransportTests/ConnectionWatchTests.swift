import Testing

@testable import HostTransport

/// What may last how long, without a clock.
@Suite struct ConnectionWatchTests {
    private static let limits = ConnectionWatch.Limits(handshake: 10, headers: 20, idle: 100, stalledWrite: 50)
    private static let busy = ConnectionWatch.Facts(isGreeted: true, openBlock: 0, hasCalls: true, owes: false, taken: 0)

    /// The first time of those, ten apart, at which something has lasted too long.
    private static func first(
        _ limits: ConnectionWatch.Limits = limits,
        until end: UInt64 = 1000,
        _ facts: (_ now: UInt64, inout ConnectionWatch.Facts) -> Void
    ) -> (UInt64, Refusal)? {
        var watch = ConnectionWatch()
        for now in stride(from: UInt64(0), through: end, by: 10) {
            var current = busy
            facts(now, &current)
            if let refusal = watch.look(current, now: now, limits) { return (now, refusal) }
        }
        return nil
    }

    @Test func aBusyConnectionLastsForEver() {
        #expect(Self.first { _, _ in } == nil)
    }

    @Test func thePrefaceMustComeInTime() throws {
        let found = try #require(Self.first { $1.isGreeted = false })
        #expect(found == (10, .handshake))
    }

    @Test func aHeaderBlockMustBeWholeInTime() throws {
        let found = try #require(Self.first { $1.openBlock = 1 })
        #expect(found == (20, .slowHeaders))
    }

    @Test func anotherBlockEachTimeIsNoSlowBlock() {
        #expect(Self.first { $1.openBlock = Int32($0) + 1 } == nil)
    }

    @Test func aConnectionWithoutCallsIsAskedToLeave() throws {
        let found = try #require(Self.first { $1.hasCalls = false })
        #expect(found == (100, .idle))
        #expect(Self.first { $1.hasCalls = $0 % 50 == 0 } == nil, "each call begins the time anew")
    }

    @Test func whatIsOwedMustBeTakenInTime() throws {
        let found = try #require(Self.first { $1.owes = true })
        #expect(found == (50, .stalledWrite))
        #expect(
            Self.first {
                $1.owes = true; $1.taken = $0 / 40
            } == nil,
            "who takes a little is slow, and not stalled"
        )
    }

    @Test func zeroIsForEver() {
        let none = ConnectionWatch.Limits(handshake: 0, headers: 0, idle: 0, stalledWrite: 0)
        #expect(Self.first(none) { $1 = .init(isGreeted: false, openBlock: 1, hasCalls: false, owes: true, taken: 0) } == nil)
    }
}
