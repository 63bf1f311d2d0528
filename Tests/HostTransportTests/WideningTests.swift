import GRPCWire
import Testing

@testable import HostTransport

/// Windows of streams that follow the path, in one connection in memory.
@Suite struct WideningTests {
    private static let path = "/a.B/C"
    private static let message = String(repeating: "x", count: 95)  // 100 bytes with its prefix

    private static func limits(_ change: (inout TransportLimits) -> Void = { _ in }) -> TransportLimits {
        var limits = TransportLimits()
        limits.streamWindowBytes = 1000
        limits.maxStreamWindowBytes = 8000
        change(&limits)
        return limits
    }

    /// A client that has acknowledged the settings: until then windows are HTTP/2's own.
    private static func client(_ handler: RecordingHandler, _ limits: TransportLimits) throws -> FrameClient {
        let client = try FrameClient(routes: RouteTable([(path, handler)]), limits: limits)
        try client.send(FrameClient.settings, flags: 1, stream: 0)
        return client
    }

    /// Sends as much as the window allows, `rounds` times, answering PINGs at the end of each round; answers the window that there is then.
    private func upload(_ client: FrameClient, stream: UInt32, rounds: Int) throws -> Int {
        var window = 1000
        var ping: [UInt8]?
        for _ in 0..<rounds {
            while window >= 100 {
                try client.message(Self.message, stream: stream)
                window -= 100
            }
            client.clock.pass(milliseconds: 100)
            // What comes while the PING is on its way comes with the next round.
            if let payload = ping { try client.send(FrameClient.ping, flags: 1, stream: 0, payload) }
            ping = nil
            for frame in try client.frames() {
                if frame.type == FrameClient.ping, frame.flags & 1 == 0 { ping = frame.payload }
                if frame.type == 8, frame.stream == stream {
                    window += frame.payload.reduce(0) { $0 << 8 | Int($1) }
                }
            }
        }
        return window
    }

    private static func taker() -> RecordingHandler {
        RecordingHandler(.clientStreaming) { call, event in
            if event.hasPrefix("message") || event == "opened" { _ = call.request(100) }
        }
    }

    @Test func theWindowOfAnUploadGrowsAndIsGivenUpWithItsEnd() throws {
        let client = try Self.client(Self.taker(), Self.limits())
        try client.open(Self.path, stream: 1)
        let window = try upload(client, stream: 1, rounds: 30)
        #expect((4000...8000).contains(window))
        #expect(client.windows.taken == 7000)
        try client.send(FrameClient.reset, stream: 1, [0, 0, 0, 8])
        #expect(client.windows.taken == 0)
    }

    @Test func aBudgetBoundsAllThatIsGranted() throws {
        let client = try Self.client(Self.taker(), Self.limits { $0.windowBudgetBytes = 1500 })
        try client.open(Self.path, stream: 1)
        #expect(try upload(client, stream: 1, rounds: 30) <= 2500)
        #expect(client.windows.taken == 1500)
    }

    @Test func aConnectionsStreamsShareItsBudget() throws {
        let limits = Self.limits { $0.maxConnectionWindowBytes = 8000 }
        let client = try Self.client(Self.taker(), limits)
        for stream: UInt32 in [1, 3] {
            try client.open(Self.path, stream: stream)
            _ = try upload(client, stream: stream, rounds: 30)
        }
        #expect(client.windows.taken == 8000)
    }

    @Test func aHandlerThatTakesNothingIsGrantedNothing() throws {
        let idle = RecordingHandler(.clientStreaming)
        let client = try Self.client(idle, Self.limits())
        try client.open(Self.path, stream: 1)
        #expect(try upload(client, stream: 1, rounds: 30) < 1000)
        #expect(client.windows.taken == 0)
    }
}
