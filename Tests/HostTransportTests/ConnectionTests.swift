import GRPCWire
import NIOCore
import NIOEmbedded
import Testing

@testable import HostTransport

/// One connection in memory: frames in, frames out, events to a handler.
@Suite struct ConnectionTests {
    private static func send(_ call: ServerCall, _ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { call.send($0) }
    }

    private static let echo = RecordingHandler(.unary) { call, event in
        if event.hasPrefix("message") {
            send(call, String(event.dropFirst(8)))
            _ = call.finish(.ok)
        }
    }

    @Test func aUnaryCallIsHeadersDataTrailers() throws {
        let client = try FrameClient(routes: RouteTable([("/a.B/C", Self.echo)]))
        try client.open("/a.B/C", stream: 1)
        try client.message("hello", stream: 1, ends: true)
        #expect(try client.story(1) == ["headers", "data 10", "headers end"])
        #expect(client.loop.calls.count == 0)
    }

    @Test func anUnknownMethodIsOneBlock() throws {
        let client = try FrameClient()
        try client.open("/a.B/C", stream: 1, ends: true)
        #expect(try client.story(1) == ["headers end"])
    }

    @Test func theHandlerHearsEachEventOnceAndTheCloseLast() throws {
        let handler = RecordingHandler(.bidirectional) { call, event in
            if event == "half-close" { _ = call.finish(.ok) }
            if event.hasPrefix("message") { _ = call.request(1) }
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        try client.send(FrameClient.data, stream: 1, FrameClient.framed("a") + FrameClient.framed("b"))
        try client.message("c", stream: 1, ends: true)
        #expect(handler.events == ["opened", "message a", "message b", "message c", "half-close", "closed"])
    }

    @Test func withoutDemandNothingIsDeliveredAndNoWindowGivenBack() throws {
        let handler = RecordingHandler(.clientStreaming)
        var limits = TransportLimits()
        limits.streamWindowBytes = 100
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]), limits: limits)
        try client.send(FrameClient.settings, flags: 1, stream: 0)
        try client.open("/a.B/C", stream: 1)
        try client.message(String(repeating: "a", count: 40), stream: 1)
        try client.message(String(repeating: "b", count: 40), stream: 1)
        #expect(handler.events.count == 2, "one message is asked for at the start")
        #expect(try client.story(1) == [], "what was delivered is less than half of the window")

        guard let call = client.loop.calls.lookUp(CallHandle(loop: 0, slot: 0, generation: 1)) else {
            Issue.record("wanted an open call")
            return
        }
        client.loop.turn { _ = call.request(1) }
        #expect(handler.events.count == 3)
        #expect(try client.story(1) == ["window 90"])
    }

    @Test func aResetCancelsAndClosesTheHandler() throws {
        let handler = RecordingHandler(.bidirectional)
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        #expect(handler.events == ["opened", "cancelled byClient", "closed"])
        #expect(client.loop.calls.count == 0)
    }

    @Test func aLostConnectionCancelsEveryCall() throws {
        let handler = RecordingHandler(.bidirectional)
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        for stream: UInt32 in [1, 3, 5] { try client.open("/a.B/C", stream: stream) }
        try client.channel.close().wait()
        #expect(handler.events.filter { $0 == "cancelled connectionLost" }.count == 3)
        #expect(handler.events.filter { $0 == "closed" }.count == 3)
        #expect(client.loop.connections.isEmpty)
    }

    @Test func theDeadlineEndsTheCall() throws {
        let handler = RecordingHandler(.unary)
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1, [("grpc-timeout", "0n")])
        client.channel.embeddedEventLoop.advanceTime(by: .hours(1_000_000))
        #expect(handler.events == ["opened", "cancelled deadline", "closed"])
        #expect(try client.story(1) == ["headers end", "reset 0"])
    }

    @Test func aSecondRequestOfAUnaryCallIsRefusedBeforeTheHandlerSeesOne() throws {
        let handler = RecordingHandler(.unary)
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        try client.message("a", stream: 1)
        try client.message("b", stream: 1, ends: true)
        #expect(handler.events == ["opened", "cancelled protocolViolation", "closed"])
        #expect(try client.story(1) == ["headers end"])
    }

    @Test func anEarlyEndIsFollowedByAResetWithoutError() throws {
        let handler = RecordingHandler(.clientStreaming) { call, event in
            if event == "opened" { _ = call.finish(CallEnd(Status(.permissionDenied, "no"))) }
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        #expect(try client.story(1) == ["headers end", "reset 0"])
        #expect(handler.events == ["opened", "closed"])
    }

    @Test func aFullQueueAnswersFullAndTellsWhenItHasDrained() throws {
        var limits = TransportLimits()
        limits.sendBufferBytes = 100
        let handler = RecordingHandler(.serverStreaming) { call, event in
            guard event == "half-close" else { return }
            Self.send(call, String(repeating: "x", count: 50))
            let full = Array(String(repeating: "y", count: 50).utf8).withUnsafeBytes { call.send($0) }
            #expect(full == .full)
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]), limits: limits)
        // SETTINGS_INITIAL_WINDOW_SIZE 30: most of the queue has to wait.
        try client.send(FrameClient.settings, stream: 0, [0, 4, 0, 0, 0, 30])
        try client.open("/a.B/C", stream: 1)
        try client.message("go", stream: 1, ends: true)
        #expect(try client.story(1) == ["headers", "data 30"])
        #expect(!handler.events.contains("writable"))
        try client.send(FrameClient.windowUpdate, stream: 1, [0, 0, 0, 60])
        #expect(try client.story(1) == ["data 60"])
        #expect(handler.events.last == "writable")
    }

    @Test func initialMetadataIsABlockOfItsOwnEvenWithoutAnAnswer() throws {
        let handler = RecordingHandler(.unary) { call, event in
            guard event == "half-close" else { return }
            var metadata = MetadataBlock()
            Array("a".utf8).withUnsafeBytes { metadata.append(name: $0, value: $0) }
            _ = call.send(metadata: metadata)
            _ = call.finish(CallEnd(Status(.notFound, "no")))
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        try client.message("x", stream: 1, ends: true)
        #expect(try client.story(1) == ["headers", "headers end"])
    }

    @Test func trailersTooLargeForHTTPResetTheStream() throws {
        let handler = RecordingHandler(.unary) { call, event in
            guard event == "half-close" else { return }
            var trailers = MetadataBlock()
            Array("a".utf8).withUnsafeBytes { name in
                Array(String(repeating: "b", count: 70_000).utf8).withUnsafeBytes { trailers.append(name: name, value: $0) }
            }
            _ = call.finish(CallEnd(Status(.notFound, "no"), trailers: trailers))
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        try client.message("x", stream: 1, ends: true)
        #expect(try client.story(1) == ["reset 2"])
        #expect(client.loop.calls.count == 0)
    }

    @Test func aTextWaitsForTheClientsWindow() throws {
        let client = try FrameClient()
        try client.send(FrameClient.settings, stream: 0, [0, 4, 0, 0, 0, 5])
        let get = FrameClient.block([(":method", "GET"), (":scheme", "http"), (":path", "/healthz"), (":authority", "test")])
        try client.send(FrameClient.headers, flags: 5, stream: 1, get)
        #expect(try client.story(1) == ["headers", "data 5"])
        try client.send(FrameClient.windowUpdate, stream: 1, [0, 0, 0, 100])
        #expect(try client.story(1) == ["data 6 end"])
    }

    @Test(arguments: [false, true]) func aHostThatDrainsIsNotHealthy(drains: Bool) throws {
        let client = try FrameClient()
        client.loop.isDraining = drains
        for connection in client.loop.connections.values where drains { client.loop.turn { connection.shutDown() } }
        let get = FrameClient.block([(":method", "GET"), (":scheme", "http"), (":path", "/healthz"), (":authority", "test")])
        try client.send(FrameClient.headers, flags: 5, stream: 1, get)
        // "streamhost" or "shutting down", and a line's end.
        #expect(try client.story(1) == ["headers", "data \(drains ? 14 : 11) end"])
    }

    @Test func demandThatGrowsBeforeTheEndIsReadDeliversWhatWaits() throws {
        let handler = RecordingHandler(.bidirectional)
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        for text in ["a", "b", "c"] { try client.message(text, stream: 1) }
        guard let call = client.loop.calls.lookUp(CallHandle(loop: 0, slot: 0, generation: 1)) else {
            Issue.record("wanted an open call")
            return
        }
        try client.loop.partOfTurn {
            _ = call.request(10)
            try client.send(FrameClient.data, flags: 1, stream: 1)
        }
        #expect(handler.events == ["opened", "message a", "message b", "message c", "half-close"])
    }

    @Test func anAnswerThatIsLargerThanTheOutputComesInPiecesAndWhole() throws {
        let handler = RecordingHandler(.unary) { call, event in
            guard event == "half-close" else { return }
            Self.send(call, String(repeating: "x", count: 900_000))
            _ = call.finish(.ok)
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.send(FrameClient.settings, stream: 0, [0, 4, 0, 16, 0, 0])
        try client.send(FrameClient.windowUpdate, stream: 0, [0, 16, 0, 0])
        try client.open("/a.B/C", stream: 1)
        try client.message("x", stream: 1, ends: true)
        var largest = 0
        var body = 0
        while let buffer = try client.channel.readOutbound(as: ByteBuffer.self) {
            largest = max(largest, buffer.readableBytes)
            body += buffer.readableBytes
        }
        #expect(largest <= OutputBuffer.chunk + 32 * 1024)
        #expect(body > 900_000)
        #expect(client.loop.calls.count == 0)
    }

    @Test func garbageEndsTheConnectionInWords() throws {
        let client = try FrameClient(preface: false)
        try client.send(Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
        #expect(!client.channel.isActive)
        #expect(client.failures.all.count == 1)
        #expect(client.failures.all.first?.contains("client preface") == true)
    }

    @Test func aShutdownHasTwoStepsAndLetsCallsEnd() throws {
        let handler = RecordingHandler(.bidirectional) { call, event in
            if event == "half-close" { _ = call.finish(.ok) }
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        for connection in client.loop.connections.values { client.loop.turn { connection.shutDown() } }
        let first = try client.frames().filter { $0.type == FrameClient.goAway || $0.type == FrameClient.ping }
        #expect(Set(first.map(\.type)) == [FrameClient.goAway, FrameClient.ping])
        #expect(first.first { $0.type == FrameClient.goAway }?.payload.prefix(4) == [0x7F, 0xFF, 0xFF, 0xFF])
        // A stream that was on its way is still served.
        try client.open("/a.B/C", stream: 3)
        // Both are told: endless ones should come to their end.
        #expect(handler.events == ["opened", "drain", "opened", "drain"])
        let ping = try #require(first.first { $0.type == FrameClient.ping })
        try client.send(FrameClient.ping, flags: 1, stream: 0, ping.payload)
        #expect(try client.frames().first { $0.type == FrameClient.goAway }?.payload.prefix(4) == [0, 0, 0, 3])
        try client.send(FrameClient.data, flags: 1, stream: 1)
        #expect(client.channel.isActive)
        try client.send(FrameClient.data, flags: 1, stream: 3)
        #expect(!client.channel.isActive)
    }

    @Test func largeSharedMessagesReachTheSocketWhole() throws {
        let shared = SharedBytes(count: 40_000)
        for index in shared.bytes.indices { shared.bytes[index] = UInt8(truncatingIfNeeded: index) }
        let handler = RecordingHandler(.serverStreaming) { call, event in
            guard event == "half-close" else { return }
            Self.send(call, "small")
            _ = call.send(shared)
            Self.send(call, "again")
            _ = call.finish(.ok)
        }
        let client = try FrameClient(routes: RouteTable([("/a.B/C", handler)]))
        try client.open("/a.B/C", stream: 1)
        try client.message("go", stream: 1, ends: true)
        let frames = try client.frames().filter { $0.stream == 1 }
        let body = frames.filter { $0.type == FrameClient.data }.flatMap(\.payload)
        let expected = FrameClient.framed("small") + [0, 0, 0, 0x9C, 0x40] + Array(shared.bytes) + FrameClient.framed("again")
        #expect(body == expected)
        #expect(frames.last?.type == FrameClient.headers)
        #expect(frames.last?.endsStream == true)
    }

    @Test func aHandleOfACallThatHasEndedIsClosed() throws {
        let client = try FrameClient(routes: RouteTable([("/a.B/C", Self.echo)]))
        try client.open("/a.B/C", stream: 1)
        let handle = CallHandle(loop: 0, slot: 0, generation: 1)
        #expect(client.loop.isOpen(handle))
        try client.message("x", stream: 1, ends: true)
        #expect(!client.loop.isOpen(handle))
        #expect(client.loop.finish(.ok, handle) == .closed)
        // The slot serves the next call; the old handle does not reach it.
        try client.open("/a.B/C", stream: 3)
        #expect(client.loop.calls.count == 1)
        #expect(client.loop.finish(.ok, handle) == .closed)
        #expect(client.loop.isOpen(CallHandle(loop: 0, slot: 0, generation: 3)))
    }
}
