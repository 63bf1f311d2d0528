import AdminAPI
import SwiftProtobuf
import Testing

@testable import streamctl

@Suite struct VerdictTextTests {
    @Test func `an accepted reload says what became of the calls`() {
        #expect(
            VerdictText.sentence(Samples.verdict(.accepted))
                == "chat: generation 4 serves in place of 3; 1 call moved, 2 pinned, 0 ended; pause 2.3 ms, 48 ms in all"
        )
    }

    @Test func `a refused one and one that was rolled back say why, and who serves`() {
        let refused = VerdictText.sentence(Samples.verdict(.refused, reason: "needs ABI 2.0"))
        #expect(refused == "chat: the reload was refused, and generation 3 serves on: needs ABI 2.0")
        let back = VerdictText.sentence(Samples.verdict(.rolledBack, reason: "half of the calls failed"))
        #expect(back.hasPrefix("chat: the reload was rolled back, and generation 3 serves again: half of the calls failed"))
    }

    @Test func `an unchanged file is no failure, and how to go on is said`() {
        #expect(VerdictText.sentence(Samples.verdict(.unchanged)).contains("--force"))
    }

    @Test(arguments: [
        (Streamhost_Admin_V1_ReloadVerdict.Outcome.accepted, true), (.unchanged, true), (.refused, false), (.rolledBack, false),
        (.unspecified, false), (.UNRECOGNIZED(9), false),
    ])
    func `what ends with 0`(outcome: Streamhost_Admin_V1_ReloadVerdict.Outcome, wanted: Bool) {
        #expect(VerdictText.isSuccess(Samples.verdict(outcome)) == wanted)
    }
}
