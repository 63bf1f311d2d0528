import Testing

@testable import StockPlugin

/// A clock that moves only by being slept on, or pushed.
private final class ManualClock: TickClock {
    var now: Duration = .zero
    var unixMilliseconds: Int64 = 1_000_000
    var isOver = false
    private(set) var slept: [Duration] = []
    /// What a sleep takes off, as a timer that fires early does.
    var early: Duration = .zero

    func pass(_ duration: Duration) {
        now += duration
        unixMilliseconds += Int64(duration / .milliseconds(1))
    }

    func sleep(for duration: Duration) async throws {
        slept.append(duration)
        let passed = max(duration - early, .milliseconds(1))
        early = .zero
        pass(passed)
    }
}

@Suite struct TickingTests {
    private struct Enough: Error {}

    /// The timestamps of so many ticks; `during` runs in each.
    private func timestamps(_ count: Int, on clock: ManualClock, during: (Int) -> Void = { _ in }) async -> [Int64] {
        var stamps: [Int64] = []
        await #expect(throws: Enough.self) {
            try await tick(every: .milliseconds(100), on: clock) { stamp in
                stamps.append(stamp)
                during(stamps.count)
                if stamps.count == count { throw Enough() }
            }
        }
        return stamps
    }

    @Test func `there are no more ticks when it is over`() async throws {
        let clock = ManualClock()
        var stamps = 0
        try await tick(every: .milliseconds(100), on: clock) { _ in
            stamps += 1
            clock.isOver = stamps == 3
        }
        #expect(stamps == 3 && clock.slept.count == 2)
    }

    @Test func `ticks come at once and then once an interval`() async {
        #expect(await timestamps(4, on: ManualClock()) == [1_000_000, 1_000_100, 1_000_200, 1_000_300])
    }

    @Test func `a slow reader gets no burst afterwards`() async {
        let clock = ManualClock()
        let stamps = await timestamps(4, on: clock) { if $0 == 1 { clock.pass(.milliseconds(550)) } }
        #expect(stamps == [1_000_000, 1_000_600, 1_000_700, 1_000_800])
    }

    @Test func `a timer that fires early is waited for again`() async {
        let clock = ManualClock()
        clock.early = .milliseconds(5)
        #expect(await timestamps(2, on: clock) == [1_000_000, 1_000_100])
        #expect(clock.slept == [.milliseconds(100), .milliseconds(5)])
    }

    @Test func `timestamps don't go back when the system's clock does`() async {
        let clock = ManualClock()
        let stamps = await timestamps(3, on: clock) { if $0 == 1 { clock.unixMilliseconds -= 5000 } }
        #expect(stamps == [1_000_000, 1_000_000, 1_000_000])
    }

    // MARK: Going on

    private func goingOn(_ position: TickPosition, on clock: ManualClock) async -> (stamp: Int64?, reached: TickPosition?) {
        var stamp: Int64?
        var reached: TickPosition?
        await #expect(throws: Enough.self) {
            try await tick(every: .milliseconds(100), from: position, on: clock) {
                stamp = $0
            } reached: {
                reached = $0
                throw Enough()
            }
        }
        return (stamp, reached)
    }

    @Test func `a stream that goes on has its next tick when it is due`() async {
        let clock = ManualClock()
        let (stamp, reached) = await goingOn(TickPosition(due: .milliseconds(30), timestamp: 5), on: clock)
        #expect(stamp == 1_000_030 && clock.slept == [.milliseconds(30)])
        #expect(reached == TickPosition(due: .milliseconds(130), timestamp: 1_000_030))
    }

    @Test func `a tick that became due meanwhile comes at once, and its timestamp doesn't go back`() async {
        let clock = ManualClock()
        clock.pass(.milliseconds(50))
        let (stamp, reached) = await goingOn(TickPosition(due: .milliseconds(30), timestamp: 2_000_000), on: clock)
        #expect(stamp == 2_000_000 && clock.slept.isEmpty)
        #expect(reached?.due == .milliseconds(130))
    }

    @Test func `a tick is never later than an interval`() async {
        let clock = ManualClock()
        #expect(await goingOn(TickPosition(due: .seconds(900), timestamp: 0), on: clock).stamp == 1_000_100)
    }
}
