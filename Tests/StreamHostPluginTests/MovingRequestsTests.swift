import CStreamHost
import FakeHost
import Testing

@testable import StreamHostPlugin

@LoopThread @Suite struct MovingRequestsTests {
    private let host = FakeHost()
    private let old: FakeGeneration
    private let new: FakeGeneration

    init() throws {
        old = try FakeGeneration(Probe.self, in: host)
        new = try FakeGeneration(Probe.self, in: host)
    }

    private func open(_ method: String) throws -> FakeCall { try #require(old.open("p.Probe/\(method)")) }

    @Test(arguments: ["Sum", "SumElsewhere"])
    func `a sum goes on over many moves`(method: String) throws {
        var call = try open(method)
        var expected: Int64 = 0
        for round in 0..<20 as Range<Int64> {
            for number in 0...(round % 4) {
                call.receive(round * 10 + number)
                expected += round * 10 + number
            }
            let more = wire(round)
            expected += round
            call = try #require(call.move(to: round % 2 == 0 ? new : old, more: [more]))
        }
        call.halfClose()
        #expect(host.run(until: { call.end != nil }))
        #expect(call.numbers == [expected])
    }

    @Test func `requests that were not taken are given back in order`() throws {
        let call = try open("Echo")
        // They come before the handler runs: it has taken none when it is asked.
        for number in 1...3 as ClosedRange<Int64> { call.deliver(wire(number)) }
        let moved = try #require(call.move(to: new, more: [wire(4)]))
        #expect(call.numbers + moved.numbers == [1, 2, 3, 4])
        #expect(call.done.givenBack.count + call.numbers.count == 3)
    }

    @Test func `a half-close is told again`() throws {
        let call = try open("Sum")
        call.deliver(wire(7))
        call.hasHalfClosed = true
        call.receive(1)
        let moved = try #require(call.move(to: new))
        #expect(host.run(until: { moved.end != nil }))
        #expect(moved.numbers == [8])
    }

    @Test func `without a checkpoint a call stays, and is served on`() throws {
        let call = try open("Forgets")
        call.receive(1)
        #expect(call.askToYield() == sh_status(SH_PENDING))
        // The host has given up waiting, and delivers again.
        call.receive(2)
        call.halfClose()
        #expect(call.numbers == [3] && call.end?.code == 0 && !call.hasLetGo)
    }

    @Test func `initial metadata is sent once`() throws {
        let call = try open("Echo")
        #expect(call.done.metadata == ["begun"])
        let moved = try #require(call.move(to: new))
        moved.receive(1)
        #expect(moved.numbers == [1] && moved.done.metadata.isEmpty)
    }

    @Test func `an empty checkpoint is told to the host once`() throws {
        let call = try open("Echo")
        for number in 0..<10 as Range<Int64> { call.receive(number) }
        #expect(call.done.checkpoints == 1 && call.done.checkpoint == [])
        let moved = try #require(call.move(to: new))
        moved.receive(1)
        #expect(moved.done.checkpoints == 0)
        #expect(try #require(moved.move(to: old)).done.checkpoint == [])
    }

    @Test func `a checkpoint that is of another kind ends the call, and the log says why`() throws {
        let call = try open("Sum")
        var record = call.done
        record.checkpoint = Array(#"{"sum":1}"#.utf8)
        let moved = try #require(new.make("p.Probe/Sum", [], after: record))
        host.run()
        #expect(moved.end?.code == Int32(SH_GRPC_UNAVAILABLE))
        #expect(host.log.contains { $0.contains("method Sum") && $0.contains("9 bytes") })
    }
}
