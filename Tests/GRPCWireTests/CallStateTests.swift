import GRPCWire
import Testing

@Suite struct CallStateTests {
    @Test(arguments: [MethodKind.unary, .serverStreaming]) func aSecondRequestIsRejectedWhereOneIsWanted(kind: MethodKind) {
        var state = CallState(kind: kind)
        #expect(state.receivedMessage() == .deliver)
        #expect(state.receivedMessage() == .reject(.secondRequest))
    }

    @Test(arguments: [MethodKind.unary, .serverStreaming]) func noRequestIsRejectedWhereOneIsWanted(kind: MethodKind) {
        var state = CallState(kind: kind)
        #expect(state.receivedEnd() == .reject(.noRequest))
    }

    @Test(arguments: [MethodKind.clientStreaming, .bidirectional]) func anyNumberOfRequestsIsFineWhereTheyStream(kind: MethodKind) {
        var state = CallState(kind: kind)
        var empty = state
        for _ in 0..<3 { #expect(state.receivedMessage() == .deliver) }
        #expect(state.receivedEnd() == .deliver)
        #expect(empty.receivedEnd() == .deliver)
    }

    @Test(arguments: [MethodKind.unary, .clientStreaming]) func aSecondAnswerIsMisplacedWhereOneIsWanted(kind: MethodKind) {
        var state = CallState(kind: kind)
        #expect(state.sendMessage() == .accept)
        #expect(state.sendMessage() == .misplaced)
    }

    @Test func metadataGoesFirstAndOnce() {
        var state = CallState(kind: .bidirectional)
        #expect(state.sendMetadata() == .accept)
        #expect(state.sendMetadata() == .misplaced)
        #expect(state.sendMessage() == .accept)
        #expect(state.sendMetadata() == .misplaced)
    }

    @Test func nothingFollowsTheEnd() {
        var state = CallState(kind: .bidirectional)
        #expect(state.finish() == .accept)
        #expect(state.finish() == .misplaced)
        #expect(state.sendMessage() == .misplaced)
        #expect(state.sendMetadata() == .misplaced)
        #expect(state.receivedMessage() == .ignore)
        #expect(state.receivedEnd() == .ignore)
        #expect(state.isFinished)
    }

    @Test(arguments: [CallState.Violation.secondRequest, .noRequest]) func aBrokenContractIsUnimplemented(violation: CallState.Violation) {
        #expect(violation.status.code == .unimplemented)
        #expect(!violation.status.message.isEmpty)
    }
}
