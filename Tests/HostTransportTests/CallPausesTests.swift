import HostTransport
import Testing

/// What is told of the pauses of many calls.
@Suite struct CallPausesTests {
    @Test func percentilesArePausesThatThereWere() {
        let pauses = CallPauses((1...1000).shuffled().map { UInt64($0) * 1000 })
        #expect(pauses.median == .microseconds(500))
        #expect(pauses.percentile99 == .microseconds(990))
    }

    @Test func ofOneCallAllAreItsPause() {
        let pauses = CallPauses([7])
        #expect(pauses.median == .nanoseconds(7) && pauses.percentile99 == .nanoseconds(7))
    }

    @Test func ofNoCallTheyAreNothing() {
        #expect(CallPauses([]).median == .zero && CallPauses([]).percentile99 == .zero)
    }
}
