import Testing

@testable import HostTransport

/// When the host pings, when a client is gone, and when it pings too much; without a clock.
@Suite struct KeepaliveTests {
    private static let second: UInt64 = 1_000_000_000
    private static let limits = Keepalive.Limits(
        interval: 100 * second,
        timeout: 20 * second,
        leastInterval: 300 * second,
        permitsWithoutCalls: false
    )

    private func steps(until end: UInt64, _ limits: Keepalive.Limits = limits, received: (UInt64) -> UInt64) -> [(UInt64, Keepalive.Step)] {
        var keepalive = Keepalive()
        return (0...end).compactMap { second in
            let step = keepalive.look(received: received(second), now: second * Self.second, limits)
            return step == .nothing ? nil : (second, step)
        }
    }

    @Test func aClientThatSaysNothingIsPingedAndThenGone() {
        let steps = steps(until: 120) { _ in 1 }
        #expect(steps.map(\.0) == [100, 120])
        #expect(steps.map(\.1) == [.ping, .end])
    }

    @Test func anAnswerKeepsItAlive() {
        let steps = steps(until: 320) { $0 < 105 ? 1 : $0 < 215 ? 2 : 3 }
        #expect(steps.map(\.0) == [100, 205, 315])
        #expect(steps.allSatisfy { $0.1 == .ping })
    }

    @Test func whoeverTalksIsNotPinged() {
        #expect(steps(until: 1000) { $0 / 50 }.isEmpty)
    }

    @Test func withoutAnIntervalNobodyIsPinged() {
        var limits = Self.limits
        limits.interval = 0
        #expect(steps(until: 10000, limits) { _ in 1 }.isEmpty)
    }

    /// How many PINGs, so many seconds apart, are taken before they are too many; `nil`: a hundred are.
    private func taken(every interval: UInt64, hasCalls: Bool = true, permits: Bool = false, sent: (UInt64) -> UInt64 = { _ in 0 }) -> Int?
    {
        var keepalive = Keepalive()
        var limits = Self.limits
        limits.permitsWithoutCalls = permits
        for index in 0..<100 {
            let now = UInt64(index) * interval * Self.second
            if keepalive.receivedPing(sent: sent(UInt64(index)), hasCalls: hasCalls, now: now, limits) { return index }
        }
        return nil
    }

    @Test func theThirdPingTooManyIsOneTooMany() {
        #expect(taken(every: 299) == 3)
        #expect(taken(every: 300) == nil)
    }

    @Test func withoutCallsPingsAreForTheServerToSend() {
        #expect(taken(every: 300, hasCalls: false) == 3)
        #expect(taken(every: 7200, hasCalls: false) == nil)
        #expect(taken(every: 300, hasCalls: false, permits: true) == nil)
    }

    @Test func aClientThatIsServedMayMeasureThePath() {
        #expect(taken(every: 0) { $0 / 3 } == nil)
        #expect(taken(every: 0) { $0 / 4 } == 3)
    }
}

/// When a connection is old, and when its time is over.
@Suite struct ConnectionAgeTests {
    private func steps(_ limits: ConnectionAge.Limits, chance: Double) -> [(UInt64, ConnectionAge.Step)] {
        var age = ConnectionAge(begun: 1000, chance: chance)
        return (UInt64(1000)...1500).compactMap { now in
            let step = age.look(now: now, limits)
            return step == .nothing ? nil : (now - 1000, step)
        }
    }

    @Test(arguments: [(0.0, UInt64(90)), (0.5, 100), (1, 110)])
    func itIsAskedToGoAtItsAgeATenthMoreOrLess(chance: Double, asked: UInt64) {
        let steps = steps(.init(age: 100, grace: 50), chance: chance)
        #expect(steps.prefix(2).map(\.0) == [asked, asked + 50])
        #expect(steps.first?.1 == .shutDown && steps.dropFirst().allSatisfy { $0.1 == .end })
    }

    @Test func withoutAGraceItsCallsMayGoOn() {
        #expect(steps(.init(age: 100, grace: 0), chance: 0.5).map(\.1) == [.shutDown])
    }

    @Test func withoutAnAgeItLastsForEver() {
        #expect(steps(.init(age: 0, grace: 50), chance: 0.5).isEmpty)
    }
}
