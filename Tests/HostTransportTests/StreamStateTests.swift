import GRPCWire
import NIOEmbedded
import Testing

@testable import HostTransport

/// Frames for streams that are over, or never were: what RFC 9113 5.1 has for them.
@Suite struct StreamStateTests {
    private static let protocolError: UInt8 = 1
    private static let streamClosed: UInt8 = 5

    private let get = FrameClient.block([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "test")])
    private let post = FrameClient.block([(":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "test")])

    /// The code of the GOAWAY that ends the connection; `nil`: there is none.
    private func error(_ client: FrameClient) throws -> UInt8? {
        try client.frames().last { $0.type == FrameClient.goAway }.map { $0.payload[7] }
    }

    @Test func afterTheEndNoHeadersMayCome() throws {
        let client = try FrameClient()
        try client.send(FrameClient.headers, flags: 5, stream: 1, get)
        #expect(try client.story(1) == ["headers", "data 11 end"])
        try client.send(FrameClient.headers, flags: 5, stream: 1, get)
        #expect(try error(client) == Self.streamClosed)
    }

    @Test func afterAResetOfTheClientsNoHeadersMayCome() throws {
        let client = try FrameClient()
        try client.send(FrameClient.headers, flags: 4, stream: 1, get)
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        try client.send(FrameClient.headers, flags: 5, stream: 1, get)
        #expect(try error(client) == Self.streamClosed)
    }

    @Test func whatWasOnItsWayToAStreamThatTheHostHasEndedIsIgnored() throws {
        let client = try FrameClient(
            routes: RouteTable([
                (
                    "/a.B/C",
                    RecordingHandler(.clientStreaming) { call, event in
                        if event == "opened" { _ = call.finish(.ok) }
                    }
                )
            ])
        )
        try client.open("/a.B/C", stream: 1)
        #expect(try client.story(1).last == "reset 0")
        try client.send(FrameClient.data, stream: 1, [0, 0, 0, 0, 1, 1])
        try client.send(FrameClient.headers, flags: 5, stream: 1, FrameClient.block([("a", "b")]))
        #expect(try error(client) == nil)
        #expect(client.channel.isActive)
    }

    @Test func aStreamThatWasLeftOutMayNotBegin() throws {
        let client = try FrameClient()
        try client.send(FrameClient.headers, flags: 5, stream: 5, get)
        try client.send(FrameClient.headers, flags: 5, stream: 3, get)
        #expect(try error(client) == Self.protocolError)
    }

    @Test func prioritiesOfTheConnectionAreAnError() throws {
        let client = try FrameClient()
        try client.send(2, stream: 0, [0, 0, 0, 0, 15])
        #expect(try error(client) == Self.protocolError)
    }

    @Test func anAnswerThatIsNotGRPCsWaitsForTheEndOfTheRequest() throws {
        let client = try FrameClient()
        try client.send(FrameClient.headers, flags: 4, stream: 1, post)
        #expect(try client.story(1) == [])
        try client.send(FrameClient.data, stream: 1, [1, 2, 3])
        #expect(try client.story(1) == [])
        try client.send(FrameClient.data, flags: 1, stream: 1, [])
        #expect(try client.story(1).first == "headers")
    }

    @Test func aRequestThatTurnsOutToBeMalformedIsReset() throws {
        let client = try FrameClient()
        let block = FrameClient.block([
            (":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "test"), ("content-length", "1"),
        ])
        try client.send(FrameClient.headers, flags: 4, stream: 1, block)
        try client.send(FrameClient.data, flags: 1, stream: 1, [1, 2, 3])
        #expect(try client.story(1) == ["reset 1"])
    }
}
