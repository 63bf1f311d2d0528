import FakeHost
import Testing

@testable import StreamHostPlugin

/// What handlers know of their requests' compression, and say of their answers'.
@LoopThread @Suite struct CompressionTests {
    private let host = FakeHost()
    private let generation: FakeGeneration

    init() throws {
        generation = try FakeGeneration(Probe.self, in: host)
    }

    @Test func `of each request of a stream its compression is known`() throws {
        let call = try #require(generation.open("p.Probe/Mirror"))
        for compressed in [true, false, false, true] {
            call.deliversCompressed = compressed
            call.deliver(wire(1))
        }
        call.halfClose()
        #expect(host.run(until: { call.end != nil }))
        #expect(call.numbers == [1, 1, 1, 1])
        #expect(call.done.compressed == [true, false, false, true])
    }

    @Test(arguments: [true, false]) func `of the one request too`(compressed: Bool) throws {
        let call = try #require(generation.open("p.Probe/MirrorOne"))
        call.deliversCompressed = compressed
        call.deliver(wire(7))
        call.halfClose()
        #expect(host.run(until: { call.end != nil }))
        #expect(call.numbers == [7])
        #expect(call.done.compressed == [compressed])
    }
}
