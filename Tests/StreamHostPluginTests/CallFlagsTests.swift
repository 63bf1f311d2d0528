import Testing

@testable import StreamHostPlugin

@Suite struct CallFlagsTests {
    /// Flags that can be shared, and asked in an expectation.
    private final class Flags: Sendable {
        private let flags = CallFlags()

        init(resumedAt checkpoint: [UInt8]? = nil) {
            if let checkpoint { flags.resumed(at: checkpoint) }
        }

        func ask() { flags.askToYield() }
        func checkpoint(blank: Bool = true) { flags.checkpointed(blank: blank) }
        func moves() -> Bool { flags.decideToMove() }
        func sends() -> Bool { (try? flags.willSend()) != nil }
        func takes() -> Bool { (try? flags.willTake()) != nil }
        var isMoving: Bool { flags.isMoving }
        var isBlank: Bool { flags.isBlank }
    }

    @Test func `a call moves only where it is asked for and clean`() {
        let flags = Flags()
        #expect(!flags.moves())
        flags.ask()
        #expect(!flags.moves() && !flags.isMoving)
        flags.checkpoint()
        #expect(flags.sends() && !flags.moves())
        flags.checkpoint()
        #expect(flags.moves() && flags.isMoving)
    }

    @Test func `a call that moves sends and takes nothing`() {
        let flags = Flags()
        flags.checkpoint()
        flags.ask()
        #expect(!flags.takes() && flags.isMoving)
        #expect(!flags.sends() && !flags.sends() && !flags.takes())
    }

    @Test(arguments: [[], [1]] as [[UInt8]])
    func `a resumed call is clean from the beginning`(checkpoint: [UInt8]) {
        let flags = Flags(resumedAt: checkpoint)
        #expect(flags.isBlank == checkpoint.isEmpty)
        flags.ask()
        #expect(flags.moves())
    }

    @Test func `a checkpoint that says something isn't blank any more`() {
        let flags = Flags(resumedAt: [])
        flags.checkpoint(blank: false)
        #expect(!flags.isBlank)
        flags.checkpoint()
        #expect(flags.isBlank)
    }

    @Test func `either a message is sent or the call moves, whoever is first`() async {
        for _ in 0..<2000 {
            let flags = Flags()
            flags.checkpoint()
            flags.ask()
            async let sent = { flags.sends() }()
            async let moved = { flags.moves() }()
            let (didSend, didMove) = await (sent, moved)
            #expect(didSend != didMove)
        }
    }
}
