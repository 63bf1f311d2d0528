import Testing

@testable import HostTransport

/// How large a window a path takes.
@Suite struct BandwidthProbeTests {
    private static let second: UInt64 = 1_000_000_000

    /// A client that sends a whole window in each round trip of 100 ms, as long as that is what holds it up.
    private func run(rounds: Int, path: Int, limit: Int = 1 << 20) -> (window: Int, pings: Int) {
        var probe = BandwidthProbe(window: 1000, limit: limit)
        var now: UInt64 = 0
        var pings = 0
        var asked = false
        for _ in 0..<rounds {
            for _ in 0..<10 {
                guard probe.received(min(probe.window, path) / 10), !asked else { continue }
                probe.began(at: now)
                pings += 1
                asked = true
            }
            now += Self.second / 10
            if asked { _ = probe.answered(at: now) }
            asked = false
        }
        return (probe.window, pings)
    }

    @Test func aWindowGrowsUntilThePathIsFull() {
        let (window, _) = run(rounds: 100, path: 100_000)
        #expect((100_000...400_000).contains(window))
    }

    @Test func itGrowsToTheLimitAndNoFurther() {
        let (window, pings) = run(rounds: 100, path: 1 << 40, limit: 50_000)
        #expect(window == 50_000 && pings < 20)
    }

    @Test func aClientThatSendsLittleIsNotAsked() {
        var probe = BandwidthProbe(window: 1000, limit: 10_000)
        let answers = (0..<3).map { _ in probe.received(100) }
        #expect(answers == [false, false, true])
    }

    @Test func aClientThatTheWindowDoesNotHoldUpIsAskedEverMoreSeldom() {
        let (window, pings) = run(rounds: 1000, path: 300)
        #expect(window == 1000 && pings < 100)
    }

    @Test func aSlowerAnswerChangesNothing() {
        var probe = BandwidthProbe(window: 1000, limit: 10_000)
        _ = probe.received(1000)
        probe.began(at: 0)
        _ = probe.received(1000)
        let grew = probe.answered(at: Self.second)
        #expect(grew)
        let window = probe.window
        probe.began(at: 0)
        _ = probe.received(5000)
        let grown = probe.answered(at: 100 * Self.second)
        #expect(!grown && probe.window == window)
    }

    @Test func anAnswerThatNobodyWaitsForIsNothing() {
        var probe = BandwidthProbe(window: 1000, limit: 10_000)
        let grown = probe.answered(at: 1)
        #expect(!grown)
    }
}

/// What all connections may grant together.
@Suite struct WindowBudgetTests {
    @Test func noMoreIsGrantedThanThereIs() {
        let budget = WindowBudget(limit: 100)
        #expect(budget.take(60) == 60)
        #expect(budget.take(60) == 40)
        #expect(budget.take(60) == 0)
        budget.giveBack(30)
        #expect(budget.take(60) == 30 && budget.taken == 100)
        budget.setLimit(50)
        #expect(budget.take(1) == 0 && budget.taken == 100)
    }
}
