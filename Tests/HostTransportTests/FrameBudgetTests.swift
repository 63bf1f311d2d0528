import Testing

@testable import HTTP2Session

/// What a client may cost, without a clock or a socket.
@Suite struct FrameBudgetTests {
    private static let second: UInt64 = 1_000_000_000

    private static func budget(control: Int = 10, resets: Int = 10) -> FrameBudget {
        var limits = FrameBudget.Limits()
        limits.controlFramesPerSecond = control
        limits.resetsPerSecond = resets
        return FrameBudget(limits, now: 0)
    }

    /// How many of the frames are taken until there are too many.
    private static func taken(_ budget: inout FrameBudget, _ frame: FrameBudget.Frame, of most: Int = 1000, now: UInt64 = 0) -> Int {
        for count in 0..<most where budget.received(frame, now: now) != nil { return count }
        return most
    }

    @Test func aBucketHoldsABurstAndThenARate() {
        var bucket = TokenBucket(burst: 3, perSecond: 10, now: 0)
        var taken = (0..<5).filter { _ in bucket.take(now: 0) }.count
        #expect(taken == 3)
        taken = (0..<5).filter { _ in bucket.take(now: Self.second / 4) }.count
        #expect(taken == 2, "a quarter of a second is two tokens and a half")
        taken = (0..<5).filter { _ in bucket.take(now: Self.second * 3 / 10) }.count
        #expect(taken == 1, "the half that was left over counts on")
        taken = (0..<5).filter { _ in bucket.take(now: Self.second * 100) }.count
        #expect(taken == 3, "time fills it up to the burst and no further")
    }

    @Test func theClockIsNotReadWhileThereAreTokens() {
        var bucket = TokenBucket(burst: 1, perSecond: 1, now: 0)
        var reads = 0
        func now() -> UInt64 {
            reads += 1
            return 0
        }
        _ = bucket.take(now: now())
        #expect(reads == 0)
        _ = bucket.take(now: now())
        #expect(reads == 1)
    }

    @Test func framesThatCarryNothingRunOutAndComeBackWithTime() {
        var budget = Self.budget()
        #expect(Self.taken(&budget, .other) == 100)
        #expect(Self.taken(&budget, .other, now: Self.second) == 10)
    }

    @Test func settingsCostMore() {
        var budget = Self.budget()
        #expect(Self.taken(&budget, .settings) == 5)
    }

    @Test(arguments: [0, 1, 4])
    func dataOfNextToNothingIsNoDifferentFromAPing(count: Int) {
        var budget = Self.budget()
        #expect(Self.taken(&budget, .data(count: count, endsStream: false)) == 100)
    }

    @Test func anEmptyMessageIsUseful() {
        var budget = Self.budget()
        #expect(Self.taken(&budget, .data(count: 5, endsStream: false), of: 100_000) == 100_000)
    }

    @Test func theEmptyFrameThatEndsARequestIsUseful() {
        var budget = Self.budget()
        #expect(Self.taken(&budget, .data(count: 0, endsStream: true), of: 100_000) == 100_000)
    }

    @Test func aClientThatReadsTinyMessagesMayGiveWindowTwiceForEachAndPing() {
        var budget = Self.budget()
        var overdraft: FrameBudget.Overdraft?
        for _ in 0..<100_000 {
            budget.sent(data: 6)
            for _ in 0..<3 { overdraft = overdraft ?? budget.received(.other, now: 0) }
        }
        #expect(overdraft == nil)
    }

    @Test func windowOfAFewBytesAtATimeIsNoWork() {
        var budget = Self.budget()
        var count = 0
        while count < 1000, budget.received(.other, now: 0) == nil {
            count += 1
            budget.sent(data: 1)
        }
        #expect(count == 100)
    }

    @Test func resetsRunOutUnlessOtherCallsAreLetRun() {
        var budget = Self.budget()
        #expect(Self.taken(&budget, .reset) == 100)
        budget = Self.budget()
        var overdraft: FrameBudget.Overdraft?
        for _ in 0..<10_000 {
            budget.completed()
            overdraft = overdraft ?? budget.received(.reset, now: 0)
        }
        #expect(overdraft == nil)
    }

    @Test func resetsThatTheServerIsMadeToSendRunOutOnTheirOwn() {
        var budget = Self.budget()
        _ = Self.taken(&budget, .reset)
        var count = 0
        while count < 1000, budget.forcedReset(now: 0) == nil { count += 1 }
        #expect(count == 100)
    }

    @Test func aHeaderBlockMayHaveEightContinuations() {
        var budget = Self.budget()
        _ = budget.received(.headers, now: 0)
        #expect(Self.taken(&budget, .continuation) == 8)
        _ = budget.received(.headers, now: 0)
        #expect(Self.taken(&budget, .continuation) == 8, "each block anew")
    }
}
