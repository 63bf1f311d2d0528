import GRPCWire
import NIOCore
import NIOEmbedded
import Testing

@testable import HostTransport

/// Attacks and overload on a connection in memory: what the client is told, and what is counted.
@Suite struct RefusalTests {
    private static let enhanceYourCalm: UInt8 = 0xb

    private static let echo = RecordingHandler(.unary) { call, event in
        if event.hasPrefix("message") { _ = call.finish(CallEnd(Status(.notFound, ""))) }
    }
    private static let waits = RecordingHandler(.bidirectional)

    private static func client(_ handler: RecordingHandler = echo, _ change: (inout TransportLimits) -> Void = { _ in }) throws
        -> FrameClient
    {
        var limits = TransportLimits()
        limits.maxControlFramesPerSecond = 10
        limits.maxResetsPerSecond = 10
        limits.minPingSeconds = 0
        limits.permitPingsWithoutCalls = true
        change(&limits)
        return try FrameClient(routes: RouteTable([("/a.B/C", handler)]), limits: limits)
    }

    /// The text of the GOAWAY that tells the client to calm down; `nil`: there was none.
    private static func complaint(_ client: FrameClient) throws -> String? {
        let goAway = try client.frames().last { $0.type == FrameClient.goAway }
        guard let goAway, goAway.payload.count >= 8, goAway.payload[7] == enhanceYourCalm else { return nil }
        return String(decoding: goAway.payload[8...], as: UTF8.self)
    }

    private static func expectEnd(_ client: FrameClient, _ refusal: Refusal) throws {
        #expect(try complaint(client) == refusal.words)
        #expect(client.loop.refusals.counters.all.map(\.refusal) == [refusal])
        #expect(client.loop.refusals.counters[refusal] == 1)
        #expect(client.failures.all == [refusal.words])
        #expect(client.loop.connections.isEmpty)
        client.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!client.channel.isActive)
    }

    private static let floods: [(String, [UInt8])] = [
        ("PING", FrameClient.frame(FrameClient.ping, 0, 0, Array(repeating: 1, count: 8))),
        ("SETTINGS", FrameClient.frame(FrameClient.settings, 0, 0, [])),
        ("PRIORITY", FrameClient.frame(2, 0, 7, [0, 0, 0, 0, 1])),
        ("WINDOW_UPDATE", FrameClient.frame(FrameClient.windowUpdate, 0, 0, [0, 0, 0, 1])),
        ("empty DATA", FrameClient.frame(FrameClient.data, 0, 1, [])),
        ("tiny DATA", FrameClient.frame(FrameClient.data, 0, 1, [0])),
        ("unknown frames", FrameClient.frame(0xEE, 0, 0, [])),
    ]

    @Test(arguments: floods.map(\.0))
    func aFloodOfFramesThatCarryNothingEndsTheConnection(kind: String) throws {
        let handler = RecordingHandler(.bidirectional)
        let client = try Self.client(handler)
        try client.open("/a.B/C", stream: 1)
        let frame = try #require(Self.floods.first { $0.0 == kind }).1
        // As one message that never ends, for the kinds that are data.
        if kind == "tiny DATA" { try client.send(FrameClient.data, stream: 1, [0, 0, 1, 0, 0]) }
        try client.send(Array(repeating: frame, count: 200).flatMap { $0 })
        #expect(handler.events.suffix(2) == ["cancelled connectionLost", "closed"])
        try Self.expectEnd(client, .controlFrames)
    }

    @Test func rapidResetEndsTheConnectionAfterFewHandlers() throws {
        let handler = RecordingHandler(.bidirectional)
        let client = try Self.client(handler)
        for round in 0..<20 {
            var bytes: [UInt8] = []
            for index in 0..<50 {
                let stream = UInt32(round * 50 + index) * 2 + 1
                bytes += FrameClient.frame(FrameClient.headers, 4, stream, FrameClient.request("/a.B/C"))
                bytes += FrameClient.frame(FrameClient.reset, 0, stream, [0, 0, 0, 8])
            }
            try client.send(bytes)
        }
        #expect(handler.events.filter { $0 == "opened" }.count == 101)
        try Self.expectEnd(client, .resets)
    }

    @Test func resetsThatTheServerIsMadeToSendEndTheConnection() throws {
        let client = try Self.client(RecordingHandler(.bidirectional))
        for index in 0..<300 {
            let stream = UInt32(index) * 2 + 1
            try client.open("/a.B/C", stream: stream)
            // RFC 9113 6.9.1: a window over 2^31-1 is an error of the stream.
            try client.send(FrameClient.windowUpdate, stream: stream, [0x7F, 0xFF, 0xFF, 0xFF])
            if client.loop.connections.isEmpty { break }
        }
        try Self.expectEnd(client, .forcedResets)
    }

    @Test func aHeaderBlockInManyContinuationsEndsTheConnection() throws {
        let client = try Self.client()
        var bytes = FrameClient.frame(FrameClient.headers, 0, 1, FrameClient.request("/a.B/C"))
        for _ in 0..<20 { bytes += FrameClient.frame(9, 0, 1, FrameClient.block([("a", "b")])) }
        try client.send(bytes)
        try Self.expectEnd(client, .continuations)
    }

    @Test func fieldsOfOneByteAreCountedAndThenEndTheConnection() throws {
        let client = try Self.client { $0.maxHeaderListBytes = 1 << 20 }
        // Index 19 of the static table is "accept:".
        let request = FrameClient.request("/a.B/C")
        try client.send(FrameClient.headers, flags: 5, stream: 1, request + Array(repeating: 0x80 | 19, count: 300))
        #expect(try client.story(1) == ["headers end"])
        #expect(client.loop.refusals.counters.all.map(\.refusal) == [.headerList], "one that is a little over is told")
        try client.send(FrameClient.headers, flags: 5, stream: 3, request + Array(repeating: 0x80 | 19, count: 1000))
        #expect(try Self.complaint(client) == Refusal.controlFrames.words)
    }

    @Test func framesThatNobodyReadsAreBounded() throws {
        let client = try Self.client { $0.maxControlFramesPerSecond = 1_000_000 }
        client.channel.isWritable = false
        for _ in 0..<12 { try client.send(Array(repeating: Self.floods[0].1, count: 1000).flatMap { $0 }) }
        #expect(client.loop.refusals.counters.all.map(\.refusal) == [.queuedFrames])
        client.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!client.channel.isActive)
    }

    @Test func manyTinyMessagesAndWindowUpdatesAreNoFlood() throws {
        let handler = RecordingHandler(.bidirectional) { call, event in
            guard event.hasPrefix("message") else { return }
            _ = call.request(1)
            _ = [UInt8(1)].withUnsafeBytes { call.send($0) }
        }
        let client = try Self.client(handler)
        try client.open("/a.B/C", stream: 1)
        for _ in 0..<1000 {
            try client.message("x", stream: 1)
            for stream: UInt32 in [0, 1] { try client.send(FrameClient.windowUpdate, stream: stream, [0, 0, 0, 6]) }
        }
        #expect(client.loop.refusals.counters == RefusalCounters())
        #expect(client.channel.isActive)
    }

    // MARK: Time

    @Test func aConnectionThatSaysNothingIsEnded() throws {
        let client = try FrameClient(preface: false)
        for second in 0...11 { client.loop.turn { client.loop.sweep(now: UInt64(second) * 1_000_000_000) } }
        try Self.expectEnd(client, .handshake)
    }

    @Test func headersThatTrickleEndTheConnection() throws {
        let client = try Self.client()
        let bytes = FrameClient.frame(FrameClient.headers, 4, 1, FrameClient.request("/a.B/C"))
        for second in 0...12 {
            try client.send([bytes[second]])
            client.loop.turn { client.loop.sweep(now: UInt64(second) * 1_000_000_000) }
        }
        // The nine bytes of the frame's header are no block yet.
        for second in 13...30 {
            if client.loop.connections.isEmpty { break }
            try client.send([bytes[second]])
            client.loop.turn { client.loop.sweep(now: UInt64(second) * 1_000_000_000) }
        }
        try Self.expectEnd(client, .slowHeaders)
    }

    @Test func anIdleConnectionIsAskedToLeaveWithoutBlame() throws {
        let client = try Self.client { $0.idleSeconds = 5 }
        for second in 0...6 { client.loop.turn { client.loop.sweep(now: UInt64(second) * 1_000_000_000) } }
        let goAway = try client.frames().filter { $0.type == FrameClient.goAway }
        #expect(goAway.map { $0.payload[7] } == [0])
        #expect(client.loop.refusals.counters[.idle] == 1)
    }

    @Test func aClientWithoutWindowForItsDataIsEnded() throws {
        let handler = RecordingHandler(.serverStreaming) { call, event in
            guard event == "half-close" else { return }
            _ = Array(repeating: UInt8(1), count: 100).withUnsafeBytes { call.send($0) }
        }
        let client = try Self.client(handler) { $0.stalledWriteSeconds = 5 }
        try client.send(FrameClient.settings, stream: 0, [0, 4, 0, 0, 0, 0])
        try client.open("/a.B/C", stream: 1)
        try client.message("go", stream: 1, ends: true)
        #expect(client.loop.gauges.heldBytes == 105)
        for second in 0...6 { client.loop.turn { client.loop.sweep(now: UInt64(second) * 1_000_000_000) } }
        #expect(client.loop.gauges.heldBytes == 0)
        try Self.expectEnd(client, .stalledWrite)
    }

    // MARK: Overload

    private static func status(_ frames: [FrameClient.Frame], _ stream: UInt32) -> [String] {
        frames.filter { $0.stream == stream }.map { String(decoding: $0.payload, as: UTF8.self) }
    }

    @Test func callsBeyondTheProcesssAreRefusedAndAnEndMakesRoom() throws {
        let client = try Self.client(Self.waits) { $0.maxCalls = 2 }
        for stream: UInt32 in [1, 3, 5] { try client.open("/a.B/C", stream: stream) }
        #expect(try client.story(5) == ["headers end", "reset 0"])
        #expect(client.loop.refusals.counters.all.map(\.refusal) == [.callsOfProcess])
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        try client.open("/a.B/C", stream: 7)
        #expect(try client.story(7) == [])
        #expect(client.loop.gauges.openCalls == 2)
    }

    @Test func theProcesssRateOfCallsIsBounded() throws {
        let client = try Self.client(Self.waits) { $0.maxCallsPerSecond = 3 }
        client.loop.process.setCallRate(3, now: CallLoop.coarseNow)
        for index in 0..<10 { try client.open("/a.B/C", stream: UInt32(index) * 2 + 1) }
        #expect(client.loop.refusals.counters[.callRateOfProcess] >= 6)
    }

    @Test func aConnectionsRateOfCallsIsBounded() throws {
        let client = try Self.client(Self.waits) { $0.maxCallsPerSecondPerConnection = 3 }
        for index in 0..<10 { try client.open("/a.B/C", stream: UInt32(index) * 2 + 1) }
        #expect(client.loop.refusals.counters[.callRateOfConnection] >= 6)
        #expect(client.channel.isActive)
    }

    @Test func servicesAndMethodsHaveLimitsOfTheirOwn() throws {
        let client = try Self.client(Self.waits)
        func limit(_ limits: CallLimit...) {
            client.loop.quotas = CallQuotas(limits.map { CallQuota($0, previous: nil, now: CallLoop.coarseNow) })
        }
        var stream: UInt32 = 1
        func open() throws -> Bool {
            defer { stream += 2 }
            try client.open("/a.B/C", stream: stream)
            return try client.story(stream).isEmpty
        }
        limit(CallLimit(service: "a.B", method: "D", maxConcurrent: 1), CallLimit(service: "a", maxConcurrent: 1))
        #expect(try [open(), open()] == [true, true], "limits of others don't count")
        limit(CallLimit(service: "a.B", maxConcurrent: 1))
        #expect(try [open(), open()] == [true, false])
        limit(CallLimit(service: "a.B", method: "C", maxConcurrent: 2))
        #expect(try [open(), open(), open()] == [true, true, false])
        limit(CallLimit(service: "a.B", method: "C", maxPerSecond: 1))
        _ = try open()
        #expect(try !open())
        #expect(client.loop.refusals.counters.all.map(\.refusal) == [.callsOfService, .callsOfMethod, .callRateOfMethod])
    }

    @Test func aChangedLimitCountsTheCallsThatAreOpen() {
        let limit = CallLimit(service: "a.B", maxConcurrent: 2)
        let before = CallQuota(limit, previous: nil, now: 0)
        #expect(before.take(now: 0) == nil)
        let after = CallQuota(CallLimit(service: "a.B", maxConcurrent: 1), previous: before, now: 0)
        #expect(after.take(now: 0) == .callsOfService)
        before.release()
        #expect(after.take(now: 0) == nil)
    }

    @Test func theConnectionThatHoldsTheMostIsEndedWhereMemoryIsUsedUp() throws {
        let client = try Self.client(Self.waits) { $0.maxHeldBytes = 1000 }
        try client.open("/a.B/C", stream: 1)
        try client.send(FrameClient.data, stream: 1, [0, 0, 1, 0, 0] + Array(repeating: 0, count: 900))
        #expect(client.loop.gauges.heldBytes == 905)
        #expect(client.channel.isActive)
        try client.send(FrameClient.data, stream: 1, Array(repeating: 0, count: 200))
        try Self.expectEnd(client, .heldBytesOfConnection)
        #expect(client.loop.gauges.heldBytes == 0)
        #expect(!client.loop.isShedding)
    }

    @Test func whatWasRefusedIsToldOnceASecond() throws {
        let client = try Self.client(Self.waits) { $0.maxCalls = 1 }
        for stream: UInt32 in [1, 3, 5] { try client.open("/a.B/C", stream: stream) }
        client.loop.turn { client.loop.sweep(now: 0) }
        client.loop.turn { client.loop.sweep(now: 1) }
        #expect(client.refusals.all == ["the server has too many calls 2"])
    }
}

/// Keepalive on a connection in memory.
@Suite struct KeepalivePingTests {
    @Test func theClientIsToldInGRPCsWords() throws {
        let client = try FrameClient()
        for _ in 0..<4 { try client.send(FrameClient.ping, stream: 0, Array(repeating: 1, count: 8)) }
        let goAway = try #require(try client.frames().last { $0.type == FrameClient.goAway })
        #expect(Array(goAway.payload[4...]) == [0, 0, 0, 0xb] + Array("too_many_pings".utf8))
    }

    @Test func aQuietClientIsPingedAndThenGone() throws {
        var limits = TransportLimits()
        limits.keepaliveSeconds = 10
        limits.keepaliveTimeoutSeconds = 5
        let client = try FrameClient(limits: limits)
        let second: UInt64 = 1_000_000_000
        for now in 0...10 { client.loop.turn { client.loop.sweep(now: UInt64(now) * second) } }
        #expect(try client.frames().filter { $0.type == FrameClient.ping }.count == 1)
        for now in 11...15 { client.loop.turn { client.loop.sweep(now: UInt64(now) * second) } }
        #expect(!client.channel.isActive)
        #expect(client.loop.refusals.counters.all.map(\.refusal) == [.keepalive])
    }
}
