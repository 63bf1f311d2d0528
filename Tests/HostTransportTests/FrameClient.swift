import NIOCore
import NIOEmbedded
import Synchronization

@testable import HostTransport

/// A client in memory: writes HTTP/2 frames by hand into a connection, and reads the frames that come back.
final class FrameClient {
    struct Frame: Equatable {
        var type: UInt8
        var flags: UInt8
        var stream: UInt32
        var payload: [UInt8]

        var endsStream: Bool { flags & 1 != 0 }
    }

    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8

    let channel: EmbeddedChannel
    let loop: CallLoop
    let failures = Failures()
    /// What the loop has told of refusals.
    let refusals = Failures()
    private var unread: [UInt8] = []

    let windows: WindowBudget
    let clock = Clock()

    /// The time as the test has it.
    final class Clock: Sendable {
        private let time = Atomic<UInt64>(0)
        var now: UInt64 { time.load(ordering: .relaxed) }
        func pass(milliseconds: UInt64) { time.wrappingAdd(milliseconds * 1_000_000, ordering: .relaxed) }
    }

    final class Failures: Sendable {
        private let list = Mutex<[String]>([])
        var all: [String] { list.withLock { $0 } }
        func add(_ reason: String) { list.withLock { $0.append(reason) } }
    }

    init(routes: RouteTable = RouteTable(), limits: TransportLimits = TransportLimits(), preface: Bool = true) throws {
        let eventLoop = EmbeddedEventLoop()
        let refusals = refusals
        loop = CallLoop(eventLoop: eventLoop, index: 0, limits: limits, process: ProcessGauges(loops: 1)) { told in
            for (refusal, count) in told.all { refusals.add("\(refusal.words) \(count)") }
        }
        loop.routes = routes
        let failures = failures
        let clock = clock
        let windows = WindowBudget(limit: limits.windowBudgetBytes)
        let registry = ConnectionRegistry(limits: .init(connections: 10), windows: windows) { _, reason in failures.add(reason) }
        self.windows = windows
        channel = EmbeddedChannel(loop: eventLoop)
        try channel.pipeline.syncOperations.addHandler(
            Connection(loop: loop, place: try registry.place(), peer: Array("ipv4:127.0.0.1:1".utf8), now: { clock.now })
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        if preface {
            try send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(Self.settings, 0, 0, []))
            _ = try frames()
        }
    }

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        func bigEndian(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        var frame = bigEndian(payload.count, 3)
        frame += [type, flags]
        frame += bigEndian(Int(stream), 4)
        frame += payload
        return frame
    }

    func send(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    func send(_ type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8] = []) throws {
        try send(Self.frame(type, flags, stream, payload))
    }

    /// HPACK without tables: literal fields, not indexed, short names and values.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        var block: [UInt8] = []
        for (name, value) in fields {
            block.append(0)
            for text in [name, value] {
                block.append(UInt8(text.utf8.count))
                block += Array(text.utf8)
            }
        }
        return block
    }

    static func request(_ path: String, _ more: [(String, String)] = []) -> [UInt8] {
        block(
            [
                (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"), ("content-type", "application/grpc"),
                ("te", "trailers"),
            ] + more
        )
    }

    func open(_ path: String, stream: UInt32, ends: Bool = false, _ more: [(String, String)] = []) throws {
        try send(Self.headers, flags: ends ? 5 : 4, stream: stream, Self.request(path, more))
    }

    static func framed(_ text: String) -> [UInt8] { [0, 0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }

    func message(_ text: String, stream: UInt32, ends: Bool = false) throws {
        try send(Self.data, flags: ends ? 1 : 0, stream: stream, Self.framed(text))
    }

    /// The frames that have come since the last time.
    func frames() throws -> [Frame] {
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { unread += buffer.readableBytesView }
        var frames: [Frame] = []
        while unread.count >= 9 {
            let count = Int(unread[0]) << 16 | Int(unread[1]) << 8 | Int(unread[2])
            guard unread.count >= 9 + count else { break }
            let stream = unread[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            frames.append(Frame(type: unread[3], flags: unread[4], stream: stream, payload: Array(unread[9..<(9 + count)])))
            unread.removeFirst(9 + count)
        }
        return frames
    }

    /// What has come on a stream, in words: the kinds of frames, with their data and ends.
    func story(_ stream: UInt32) throws -> [String] {
        try frames().filter { $0.stream == stream }.map { frame in
            let end = frame.endsStream && frame.type <= 1 ? " end" : ""
            switch frame.type {
            case Self.data: return "data \(frame.payload.count)\(end)"
            case Self.headers: return "headers\(end)"
            case Self.reset: return "reset \(frame.payload.last ?? 255)"
            case Self.windowUpdate: return "window \(frame.payload.reduce(0) { $0 << 8 | Int($1) })"
            default: return "frame \(frame.type)"
            }
        }
    }
}

extension ConnectionRegistry {
    /// A place, of which there are enough.
    func place() throws -> ConnectionPlace {
        guard case .place(let place) = take(nil, now: 0) else { throw NoPlace() }
        return place
    }

    struct NoPlace: Error {}
}
