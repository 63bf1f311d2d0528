import GRPCWire
import Testing

@testable import HTTP2Session
@testable import HostTransport

/// What the session sees of frames that nghttp2 tells nobody of.
@Suite struct FrameScannerTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    private static let echo = RecordingHandler(.bidirectional)
    private static let streamClosed: UInt8 = 5

    private static let bytes: [UInt8] =
        preface + FrameClient.frame(FrameClient.settings, 0, 0, [0, 3, 0, 0, 0, 100])
        + FrameClient.frame(FrameClient.headers, 5, 0x8000_0001, Array(repeating: 0x82, count: 40))
        + FrameClient.frame(2, 0, 7, [0x80, 0, 0, 7, 1]) + FrameClient.frame(2, 0, 7, [0, 0, 0, 7])
        + FrameClient.frame(FrameClient.data, 1, 0x0102_0304, Array(repeating: 0, count: 300))
        + FrameClient.frame(FrameClient.data, 0, 3, [])
        + FrameClient.frame(FrameClient.reset, 0, 3, [0, 0, 0, 8])

    private static let frames: [FrameScanner.Frame] = [
        .init(kind: .other, stream: 0, endsStream: false, parent: 0),
        .init(kind: .headers, stream: 1, endsStream: true, parent: 0),
        .init(kind: .priority, stream: 7, endsStream: false, parent: 7),
        .init(kind: .priority, stream: 7, endsStream: false, parent: 0),
        .init(kind: .data, stream: 0x0102_0304, endsStream: true, parent: 0),
        .init(kind: .data, stream: 3, endsStream: false, parent: 0),
        .init(kind: .reset, stream: 3, endsStream: false, parent: 0),
    ]

    @Test(arguments: [1, 2, 8, 9, 10, 13, 14, 50, 10_000])
    func framesAreTheSameHoweverTheirBytesCome(chunk: Int) {
        var scanner = FrameScanner()
        var found: [FrameScanner.Frame] = []
        for start in stride(from: 0, to: Self.bytes.count, by: chunk) {
            Array(Self.bytes[start..<min(start + chunk, Self.bytes.count)]).withUnsafeBytes { scanner.scan($0) { found.append($0) } }
        }
        #expect(found == Self.frames)
    }

    private static func client() throws -> FrameClient { try FrameClient(routes: RouteTable([("/a.B/C", echo)])) }

    /// The code of the last GOAWAY; `nil`: there was none.
    private static func code(_ client: FrameClient) throws -> UInt8? {
        try client.frames().last { $0.type == FrameClient.goAway }?.payload[7]
    }

    private static let head = FrameClient.frame(FrameClient.headers, 4, 1, FrameClient.request("/a.B/C"))
    private static let reset = FrameClient.frame(FrameClient.reset, 0, 1, [0, 0, 0, 8])
    private static let data = FrameClient.frame(FrameClient.data, 0, 1, FrameClient.framed("x"))

    @Test func dataAfterAResetInTheSameBytesEndTheConnection() throws {
        let client = try Self.client()
        try client.send(Self.head + Self.data + Self.reset + Self.data)
        #expect(try Self.code(client) == Self.streamClosed)
    }

    @Test func dataAfterAResetInLaterBytesEndTheConnection() throws {
        let client = try Self.client()
        try client.send(Self.head + Self.data + Self.reset)
        #expect(try Self.code(client) == nil, "what came before the reset was right")
        try client.send(Self.data)
        #expect(try Self.code(client) == Self.streamClosed)
    }

    @Test func dataOnTheirWayWhenTheHostResetsAreIgnoredAndCounted() throws {
        var limits = TransportLimits()
        limits.maxControlFramesPerSecond = 10
        let client = try FrameClient(routes: RouteTable([("/a.B/C", Self.echo)]), limits: limits)
        let tooMuch = FrameClient.frame(FrameClient.windowUpdate, 0, 1, [0x7f, 0xff, 0xff, 0xff])
        try client.send(Self.head + tooMuch)
        #expect(try client.story(1) == ["reset 3"])
        try client.send(Array(repeating: Self.data, count: 70).flatMap { $0 })
        #expect(try Self.code(client) == nil)
        try client.send(Array(repeating: Self.data, count: 20).flatMap { $0 })
        #expect(try Self.code(client) == 0xb, "ENHANCE_YOUR_CALM: they cost like any frame that carries nothing")
        #expect(client.failures.all == [Refusal.controlFrames.words])
    }
}
