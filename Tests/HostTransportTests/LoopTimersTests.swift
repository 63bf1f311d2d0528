import Testing

@testable import HostTransport

@Suite struct LoopTimersTests {
    private func timer(_ deadline: UInt64) -> LoopTimers.Timer {
        LoopTimers.Timer(deadline: deadline, action: .expire(CallHandle(rawValue: deadline)))
    }

    @Test func theyComeInTheOrderOfTheirTimes() {
        var timers = LoopTimers()
        // A fixed shuffle: 37 generates the numbers modulo 101.
        for index in 0..<100 { timers.insert(timer(UInt64(index * 37 % 101))) }
        var seen: [UInt64] = []
        while let next = timers.popDue(now: .max) { seen.append(next.deadline) }
        #expect(seen == seen.sorted())
        #expect(seen.count == 100)
    }

    @Test func whatIsNotDueStays() {
        var timers = LoopTimers()
        timers.insert(timer(10))
        #expect(timers.popDue(now: 9) == nil)
        #expect(timers.next == 10)
        #expect(timers.popDue(now: 10)?.deadline == 10)
        #expect(timers.next == nil)
    }

    @Test func oneThatIsRemovedNeverComesAndCostsNothing() {
        var timers = LoopTimers()
        let all = (0..<50).map { timer(UInt64($0 * 29 % 53)) }
        for timer in all { timers.insert(timer) }
        for timer in all where timer.deadline % 2 == 0 { timers.remove(timer) }
        #expect(timers.count == all.count(where: { $0.deadline % 2 == 1 }))
        var seen: [UInt64] = []
        while let next = timers.popDue(now: .max) { seen.append(next.deadline) }
        #expect(seen == all.map(\.deadline).filter { $0 % 2 == 1 }.sorted())
    }

    @Test func removingTwiceIsHarmless() {
        var timers = LoopTimers()
        let one = timer(1)
        let two = timer(2)
        timers.insert(one)
        timers.insert(two)
        timers.remove(one)
        timers.remove(one)
        #expect(timers.count == 1)
        #expect(!one.isScheduled)
        #expect(two.isScheduled)
    }
}
