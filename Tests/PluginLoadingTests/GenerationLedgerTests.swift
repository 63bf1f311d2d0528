import PluginLoading
import Testing

/// The generations of one plugin, step by step.
@Suite struct GenerationLedgerTests {
    /// A ledger with so many generations published one after the other, each of which has shown itself good; those before have retired.
    private static func ledger(published count: Int, maxLive: Int = 8) -> GenerationLedger {
        var ledger = GenerationLedger(maxLive: maxLive)
        for _ in 0..<count {
            let before = ledger.active
            guard let number = start(&ledger) else { break }
            ledger.published(number)
            ledger.probationPassed()
            if let before { ledger.retired(before) }
        }
        return ledger
    }

    @discardableResult
    private static func start(_ ledger: inout GenerationLedger) -> Int? {
        guard case .begin(let number) = ledger.begin() else { return nil }
        ledger.advanced(number)
        ledger.advanced(number)
        return number
    }

    @Test func aGenerationGoesFromStagedToActive() {
        var ledger = GenerationLedger(maxLive: 2)
        let answer1 = ledger.begin()
        #expect(answer1 == .begin(1))
        #expect(ledger[1] == .staged)
        ledger.advanced(1)
        #expect(ledger[1] == .checked)
        ledger.advanced(1)
        #expect(ledger[1] == .started)
        ledger.advanced(1)
        #expect(ledger[1] == .started, "active it becomes by being published")
        ledger.published(1)
        #expect(ledger[1] == .active && ledger.active == 1 && ledger.reserve == nil)
    }

    @Test func whatHasNotStartedCanNotBePublished() {
        var ledger = Self.ledger(published: 1)
        let answer2 = ledger.begin()
        #expect(answer2 == .begin(2))
        ledger.published(2)
        #expect(ledger.active == 1 && ledger[2] == .staged)
    }

    @Test func aFailureLeavesTheActiveOneAlone() {
        var ledger = Self.ledger(published: 1)
        Self.start(&ledger)
        ledger.failed(2, "it refused the state")
        #expect(ledger[2] == .failed("it refused the state"))
        #expect(ledger.active == 1 && ledger.live == 1)
        ledger.failed(1, "no")
        #expect(ledger[1] == .active, "what serves can only be rolled back or replaced")
    }

    @Test func theOneBeforeStaysInReserveUntilProbationIsPassed() {
        var ledger = Self.ledger(published: 1)
        Self.start(&ledger)
        ledger.published(2)
        #expect(ledger.active == 2 && ledger.reserve == 1 && ledger[1] == .draining)
        ledger.probationPassed()
        #expect(ledger.reserve == nil)
        ledger.retired(1)
        #expect(ledger[1] == .retired && ledger.live == 1)
    }

    @Test func aRollBackMakesTheReserveActiveAndTheNewOneFailedOnceItIsQuiet() {
        var ledger = Self.ledger(published: 1)
        Self.start(&ledger)
        ledger.published(2)
        let answer3 = ledger.rolledBack("9 of 10 calls failed")
        #expect(answer3)
        #expect(ledger.active == 1 && ledger.reserve == nil && ledger[1] == .active)
        #expect(ledger[2] == .draining)
        ledger.retired(2)
        #expect(ledger[2] == .failed("9 of 10 calls failed"))
    }

    @Test func withoutAReserveThereIsNoWayBack() {
        var ledger = Self.ledger(published: 2)
        let answer4 = ledger.rolledBack("too late")
        #expect(!answer4)
        #expect(ledger.active == 2)
    }

    @Test func anotherReloadEndsTheReserve() {
        var ledger = Self.ledger(published: 1)
        Self.start(&ledger)
        ledger.published(2)
        Self.start(&ledger)
        ledger.published(3)
        #expect(ledger.reserve == 2)
        ledger.retired(1)
        #expect(ledger[1] == .retired)
    }

    @Test func noMoreThanTheCapAreLive() {
        var ledger = Self.ledger(published: 1, maxLive: 2)
        Self.start(&ledger)
        ledger.published(2)
        let answer5 = ledger.begin()
        #expect(answer5 == .tooMany(2))
        ledger.retired(1)
        let answer6 = ledger.begin()
        #expect(answer6 == .begin(3))
    }

    @Test func withdrawnNoneIsActive() {
        var ledger = Self.ledger(published: 1)
        ledger.withdrawn()
        #expect(ledger.active == nil && ledger[1] == .draining)
    }

    @Test func longOverIsForgottenButNumbersAreNotUsedAgain() {
        let ledger = Self.ledger(published: 100)
        #expect(ledger.active == 100)
        #expect(ledger[1] == nil)
        #expect(ledger.numbers.count < 20)
    }
}
