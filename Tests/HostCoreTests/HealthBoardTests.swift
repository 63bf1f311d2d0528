import Synchronization
import Testing

@testable import HostCore

/// What the health service tells of services that come, drain and go.
@Suite struct HealthBoardTests {
    private final class Heard: Sendable {
        private let states = Mutex<[HealthBoard.State]>([])
        var all: [HealthBoard.State] { states.withLock { $0 } }
        func add(_ state: HealthBoard.State) { states.withLock { $0.append(state) } }
    }

    private let board = HealthBoard()

    private func watch(_ service: String) -> (Heard, number: Int) {
        let heard = Heard()
        return (heard, board.watch(service) { heard.add($0) })
    }

    @Test func theWholeServerServesUntilItEnds() {
        let (heard, _) = watch(HealthBoard.server)
        board.set([:])
        board.end()
        #expect(heard.all == [.serving, .notServing])
    }

    @Test func aServiceIsToldAtOnceAndAtEachChange() {
        let (heard, _) = watch("a.B")
        board.set(["a.B": true])
        board.set(["a.B": true, "c.D": true])
        board.set(["a.B": false])
        board.set(["a.B": true])
        board.set([:])
        #expect(heard.all == [.unknown, .serving, .notServing, .serving, .unknown])
    }

    @Test func whoWatchesNoMoreHearsNothing() {
        let (heard, number) = watch("a.B")
        board.unwatch(number)
        board.set(["a.B": true])
        #expect(heard.all == [.unknown])
    }

    @Test func allAreListedWithTheWholeServer() {
        board.set(["a.B": true, "c.D": false])
        #expect(board.states == ["": .serving, "a.B": .serving, "c.D": .notServing])
        board.end()
        #expect(board.states == ["": .notServing, "a.B": .notServing, "c.D": .notServing])
        #expect(board.state(of: "e.F") == .unknown)
    }
}
