import Testing

@testable import StockPlugin

@Suite struct TickScheduleTests {
    private func schedule(at now: Duration = .seconds(5)) -> TickSchedule {
        TickSchedule(interval: .milliseconds(100), now: now)
    }

    @Test func `the first tick is due at once`() {
        #expect(schedule().due == .seconds(5))
    }

    @Test func `the time that a tick takes does not add up`() {
        var ticks = schedule()
        for count in 1...100 {
            ticks.ticked(now: ticks.due + .milliseconds(30))
            #expect(ticks.due == .seconds(5) + .milliseconds(100) * count)
        }
    }

    @Test func `missed ticks are left out, and the next one comes at its time`() {
        var ticks = schedule()
        ticks.ticked(now: .seconds(5) + .milliseconds(1234))
        #expect(ticks.due == .seconds(5) + .milliseconds(1300))
    }

    @Test func `a tick that took exactly its interval is followed at once`() {
        var ticks = schedule()
        ticks.ticked(now: .seconds(5) + .milliseconds(100))
        #expect(ticks.due == .seconds(5) + .milliseconds(100))
    }
}
