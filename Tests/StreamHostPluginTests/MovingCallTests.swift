import CStreamHost
import FakeHost
import Testing

@testable import StreamHostPlugin

@LoopThread @Suite struct MovingCallTests {
    private let host = FakeHost()
    private let old: FakeGeneration
    private let new: FakeGeneration

    init() throws {
        old = try FakeGeneration(Probe.self, in: host)
        new = try FakeGeneration(Probe.self, in: host)
    }

    private func open(_ method: String, _ number: Int64) throws -> FakeCall {
        try #require(old.open("p.Probe/\(method)", request: wire(number)))
    }

    @Test func `a method says what becomes of its calls`() {
        #expect(old.policy("p.Probe/Plain") == Int32(SH_RELOAD_PIN))
        #expect(old.policy("p.Probe/Ticks") == Int32(SH_RELOAD_MIGRATE))
        #expect(old.policy("p.Probe/Ends") == Int32(SH_RELOAD_END))
    }

    @Test func `a handler that rests clean lets go, and goes on where it was`() throws {
        let call = try open("Ticks", 5)
        host.advance(by: .seconds(2))
        #expect(call.numbers == [5, 6])
        let moved = try #require(call.move(to: new))
        #expect(call.end == nil && host.timerCount == 1)
        host.advance(by: .seconds(2))
        #expect(moved.numbers == [7, 8])
        let again = try #require(moved.move(to: old))
        host.advance(by: .seconds(1))
        #expect(again.numbers == [9])
    }

    @Test func `a handler knows that it moves, and that this is no cancellation`() throws {
        _ = try #require(try open("Ticks", 0).move(to: new))
        #expect(host.log == ["moving"])
    }

    @Test func `a handler that rests dirty goes on until its checkpoint`() throws {
        let call = try open("Dirty", 0)
        #expect(call.numbers == [0])
        #expect(call.askToYield() == sh_status(SH_PENDING))
        #expect(!call.hasLetGo)
        host.advance(by: .seconds(1))
        #expect(call.hasLetGo && call.numbers == [0])
        let moved = try #require(call.resume(in: new))
        #expect(moved.numbers == [1])
    }

    @Test func `a writer that waits for its client is let on to the next checkpoint`() throws {
        let call = try open("Burst", 9)
        #expect(call.end?.code == 0 && call.numbers.count == 9)
        let slow = try #require(old.open("p.Probe/Burst"))
        slow.isFull = true
        slow.receive(wire(9))
        slow.halfClose()
        #expect(slow.numbers == [0])
        let moved = try #require(slow.move(to: new))
        #expect(slow.numbers == [0, 1, 2])
        #expect(moved.numbers == [3, 4, 5, 6, 7, 8] && moved.end?.code == 0)
    }

    @Test func `a call that is to move and has no checkpoint doesn't write without end`() throws {
        let call = try #require(old.open("p.Probe/Endless"))
        call.isFull = true
        call.receive(wire(1))
        call.halfClose()
        #expect(call.sent.count == 1)
        #expect(call.askToYield() == sh_status(SH_PENDING))
        #expect(call.sent.count < 70 && !call.hasLetGo)
        let before = call.sent.count
        host.run()
        #expect(call.sent.count == before)
        call.cancel()
    }

    @Test func `a handler that waits for a signal is interrupted, whenever it comes to wait`() throws {
        let call = try open("Signal", 0)
        #expect(call.move(to: new) != nil)
        #expect(host.log == ["moving"])
    }

    @Test func `a handler that answers although it was interrupted ends its call`() throws {
        let call = try open("Swallows", 0)
        _ = call.askToYield()
        #expect(call.end?.code == 0 && !call.hasLetGo)
        #expect(call.askToYield() == sh_status(SH_REFUSED))
    }

    @Test func `what is sent after the interruption would be sent twice, and isn't sent`() throws {
        let call = try open("Swallows", 1)
        let moved = try #require(call.move(to: new))
        #expect(call.numbers.isEmpty)
        host.advance(by: .seconds(1))
        #expect(moved.numbers == [1] && moved.end?.code == 0)
    }

    @Test func `all tasks of a handler are interrupted together`() throws {
        let call = try open("Children", 7)
        #expect(host.run(until: { host.timerCount == 2 }))
        let moved = try #require(call.move(to: new))
        #expect(call.numbers.isEmpty)
        #expect(host.run(until: { host.timerCount == 2 }))
        host.advance(by: .seconds(5))
        #expect(host.run(until: { moved.end != nil }))
        #expect(moved.numbers == [7])
    }

    @Test func `a call whose request is still to come lets go at once`() throws {
        let waiting = try #require(old.open("p.Probe/Ticks"))
        #expect(waiting.askToYield() == sh_status(SH_OK))
    }

    @Test func `a call that has ended or was cancelled stays`() throws {
        let ended = try open("Plain", 1)
        #expect(ended.end?.code == 0 && ended.askToYield() == sh_status(SH_REFUSED))
    }

    @Test func `a client that goes away while its call moves is told to the handler`() throws {
        let call = try open("Ticks", 0)
        let moved = try #require(call.move(to: new, clientIsGone: true))
        #expect(host.log == ["moving", "cancelled"])
        #expect(moved.numbers.isEmpty)
    }

    @Test func `a client that goes away before the handler lets go is a cancellation`() throws {
        let call = try open("Dirty", 0)
        _ = call.askToYield()
        call.cancel()
        host.advance(by: .seconds(1))
        #expect(!call.hasLetGo && call.end == nil)
    }
}
