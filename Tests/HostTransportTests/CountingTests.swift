import GRPCWire
import NIOCore
import Testing

@testable import HostTransport

/// What is counted of calls, whichever way they end.
@Suite struct CountingTests {
    private static let path = "/a.B/C"

    private static func send(_ call: ServerCall, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { call.send($0) }
    }

    private static func ended(_ totals: MethodCounts.Totals) -> [StatusCode: Int] {
        StatusCode.allCases.reduce(into: [:]) { found, code in
            let count = totals.ended[Int(code.rawValue)]
            if count > 0 { found[code] = count }
        }
    }

    @Test func aCallIsCountedWithItsMessagesAndItsBytes() throws {
        let handler = RecordingHandler(.unary) { call, event in
            guard event.hasPrefix("message") else { return }
            Self.send(call, "answer")
            _ = call.finish(.ok)
        }
        let client = try FrameClient(routes: RouteTable([(Self.path, handler)]))
        try client.open(Self.path, stream: 1)
        #expect(handler.counts.totals.started == 1)
        #expect(Self.ended(handler.counts.totals) == [:])
        try client.message("hello", stream: 1, ends: true)
        let totals = handler.counts.totals
        #expect(Self.ended(totals) == [.ok: 1])
        #expect((totals.messagesIn, totals.messagesOut) == (1, 1))
        #expect((totals.bytesIn, totals.bytesOut, totals.queuedBytes) == (10, 11, 0))
        #expect(totals.durations.counts.reduce(0, +) == 1)
        #expect(client.loop.unserved.totals == MethodCounts.Totals())
    }

    @Test func aCallEndsWithTheStatusThatItsClientIsTold() throws {
        let handler = RecordingHandler(.clientStreaming) { call, event in
            if event == "opened" { _ = call.finish(CallEnd(Status(.permissionDenied, "no"))) }
        }
        let client = try FrameClient(routes: RouteTable([(Self.path, handler)]))
        try client.open(Self.path, stream: 1)
        #expect(Self.ended(handler.counts.totals) == [.permissionDenied: 1])
    }

    @Test func aCallThatItsClientLeavesIsCancelled() throws {
        let handler = RecordingHandler(.bidirectional)
        let client = try FrameClient(routes: RouteTable([(Self.path, handler)]))
        for stream: UInt32 in [1, 3] { try client.open(Self.path, stream: stream) }
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        #expect(Self.ended(handler.counts.totals) == [.cancelled: 1])
        try client.channel.close().wait()
        #expect(Self.ended(handler.counts.totals) == [.cancelled: 2])
        #expect(handler.counts.totals.started == 2)
    }

    @Test func whatAClientDoesNotReadIsQueuedAndThenNoMore() throws {
        let handler = RecordingHandler(.serverStreaming) { call, event in
            if event == "half-close" { Self.send(call, String(repeating: "x", count: 95)) }
        }
        let client = try FrameClient(routes: RouteTable([(Self.path, handler)]))
        // SETTINGS_INITIAL_WINDOW_SIZE 30: the rest has to wait.
        try client.send(FrameClient.settings, stream: 0, [0, 4, 0, 0, 0, 30])
        try client.open(Self.path, stream: 1)
        try client.message("go", stream: 1, ends: true)
        #expect((handler.counts.totals.bytesOut, handler.counts.totals.queuedBytes) == (30, 70))
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        #expect((handler.counts.totals.bytesOut, handler.counts.totals.queuedBytes) == (30, 0))
    }

    @Test func methodsThatAreNotServedAreCountedTogether() throws {
        let client = try FrameClient()
        try client.open("/a.B/X", stream: 1, ends: true)
        try client.open("/a.B/Y", stream: 3, ends: true)
        #expect(client.loop.unserved.totals.started == 2)
        #expect(Self.ended(client.loop.unserved.totals) == [.unimplemented: 2])
    }

    @Test func aRequestThatBreaksARuleIsCountedAndOneThatIsNoCallIsNot() throws {
        let client = try FrameClient()
        try client.open(Self.path, stream: 1, ends: true, [("grpc-timeout", "soon")])
        try client.send(
            FrameClient.headers,
            flags: 5,
            stream: 3,
            FrameClient.block([(":method", "GET"), (":scheme", "http"), (":path", "/")])
        )
        #expect(client.loop.unserved.totals.started == 1)
        #expect(Self.ended(client.loop.unserved.totals) == [.internal: 1])
    }

    @Test func aCallOfAPluginThatIsDrainedIsItsMethods() throws {
        let handler = RecordingHandler(.unary)
        handler.group.isDraining = true
        let client = try FrameClient(routes: RouteTable([(Self.path, handler)]))
        try client.open(Self.path, stream: 1, ends: true)
        #expect(Self.ended(handler.counts.totals) == [.unavailable: 1])
        #expect(handler.events == [])
    }

    @Test func aCallThatMovesIsOneCallAndAMessageThatComesAgainOneMessage() throws {
        let counts = MethodCounts(loops: 1)
        let old = RecordingHandler(.bidirectional, counts: counts, policy: .migrate, answer: .letsGo) { call, event in
            if event == "yield" { _ = Array("a".utf8).withUnsafeBytes { call.giveBack($0) } }
        }
        let new = RecordingHandler(.bidirectional, counts: counts, policy: .migrate) { call, event in
            if event.hasPrefix("message") { _ = call.request(1) }
            if event == "half-close" { _ = call.finish(.ok) }
        }
        let client = try FrameClient(routes: RouteTable([(Self.path, old)]))
        try client.open(Self.path, stream: 1)
        try client.message("a", stream: 1)
        client.loop.turn { client.loop.beginHold(of: old.group, moves: { _ in true }, within: 1 << 40) {} }
        client.loop.turn {
            client.loop.routes = RouteTable([(Self.path, new)])
            _ = client.loop.endHold()
        }
        try client.message("b", stream: 1, ends: true)
        #expect(new.events == ["resumed ", "message a", "message b", "half-close", "closed"])
        #expect((counts.totals.started, counts.totals.messagesIn) == (1, 2))
        #expect(Self.ended(counts.totals) == [.ok: 1])
    }

    @Test func durationsAreCountedUpToTheirBounds() {
        let counts = MethodCounts(loops: 2)
        for (loop, nanoseconds) in [(0, 100_000), (0, 100_001), (1, 10_000_000_001)] as [(Int, UInt64)] {
            counts.line(loop).addEnd(.ok, after: nanoseconds)
        }
        let durations = counts.totals.durations
        #expect(durations.counts.prefix(2) == [1, 1])
        #expect(durations.counts.last == 1)
        #expect(durations.counts.count == DurationTotals.bounds.count + 1)
        #expect(abs(durations.sum - 10.000200002) < 1e-9)
    }
}
