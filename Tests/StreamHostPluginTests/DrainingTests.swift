import FakeHost
import Testing

@testable import StreamHostPlugin

/// What a handler hears of the server's going away.
@LoopThread @Suite struct DrainingTests {
    private let host = FakeHost()
    private let old: FakeGeneration
    private let new: FakeGeneration

    init() throws {
        old = try FakeGeneration(Probe.self, in: host)
        new = try FakeGeneration(Probe.self, in: host)
    }

    private func open(_ method: String, _ number: Int64) throws -> FakeCall {
        let call = try #require(old.open("p.Probe/\(method)"))
        call.receive(wire(number))
        call.halfClose()
        return call
    }

    @Test func `one wait ends for it, and the next lasts as long as it should`() throws {
        let first = try open("Leaves", 1)
        first.askToDrain()
        #expect(first.numbers == [1] && first.end?.code == 0)
        let second = try open("Leaves", 2)
        second.askToDrain()
        #expect(second.numbers == [])
        host.advance(by: .seconds(1))
        #expect(second.numbers == [2] && second.end?.code == 0)
    }

    @Test func `a wait that begins later ends at once`() throws {
        let call = try #require(old.open("p.Probe/Leaves"))
        call.askToDrain()
        call.receive(wire(1))
        call.halfClose()
        #expect(call.numbers == [1] && call.end?.code == 0)
    }

    @Test func `a call that moves is told again`() throws {
        let call = try open("Leaves", 1)
        let moved = try #require(call.move(to: new))
        #expect(moved.numbers == [])
        moved.askToDrain()
        #expect(moved.numbers == [1] && moved.end?.code == 0)
    }

    @Test func `a task of its own may wait for it`() throws {
        let call = try open("Watches", 5)
        #expect(call.numbers == [])
        call.askToDrain()
        #expect(host.run(until: { call.end != nil }))
        #expect(call.numbers == [5] && call.end?.code == 0)
    }
}
