import GRPCWire
import NIOCore
import NIOEmbedded
import Synchronization

@testable import HostTransport

/// A whole connection, with nghttp2 in it, as a client writes into it. The first two bytes are how: bit 0 of the first has the preface and SETTINGS
/// sent before the rest, its others give the size of the reads (0: all at once); the second is the seconds that pass after each read.
func fuzzSession(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 2 else { return }
    let how = bytes[0]
    let pause = UInt64(bytes[1])
    let clock = FuzzClock()
    let handlers = MethodKind.allKinds.map { FuzzHandler($0.kind, path: $0.path) }
    let eventLoop = EmbeddedEventLoop()
    let limits = FuzzHandler.limits
    let loop = CallLoop(eventLoop: eventLoop, index: 0, limits: limits, process: ProcessGauges(loops: 1)) { _ in }
    loop.routes = RouteTable(handlers.map { (String(decoding: $0.path, as: UTF8.self), $0) })
    let windows = WindowBudget(limit: limits.windowBudgetBytes)
    let registry = ConnectionRegistry(limits: .init(connections: 1), windows: windows) { _, reason in
        holds(!reason.isEmpty, "a failure says why")
    }
    guard case .place(let place) = registry.take(nil, now: 0) else { return holds(false, "there is a place") }
    let channel = EmbeddedChannel(loop: eventLoop)
    do {
        let connection = Connection(loop: loop, place: place, peer: Array("ipv4:127.0.0.1:1".utf8), now: { clock.now })
        try channel.pipeline.syncOperations.addHandler(connection)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    } catch {
        return holds(false, "a connection begins: \(error)")
    }

    var input: [UInt8] = []
    if how & 1 == 1 { input += Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0] }
    input += bytes.dropFirst(2)
    let chunk = how >> 1 == 0 ? max(input.count, 1) : Int(how >> 1)
    var rest = input[...]
    while !rest.isEmpty, channel.isActive {
        // An error of the channel's is the connection's end, which may come.
        _ = try? channel.writeInbound(ByteBuffer(bytes: rest.prefix(chunk)))
        rest = rest.dropFirst(chunk)
        eventLoop.run()
        if pause > 0 {
            clock.pass(seconds: pause)
            eventLoop.advanceTime(by: .seconds(Int64(pause)))
            loop.turn { loop.sweep(now: clock.now) }
        }
        while (try? channel.readOutbound(as: ByteBuffer.self)) != nil {}
    }
    _ = try? channel.finish(acceptAlreadyClosed: true)
    eventLoop.run()

    holds(loop.calls.count == 0, "with the connection all calls have ended")
    holds(loop.connections.isEmpty, "and the loop has forgotten it")
    holds(registry.count == 0, "its place was given back")
    holds(windows.taken == 0, "the windows were given back")
    for handler in handlers { holds(handler.open == 0, "each call that was opened was closed") }
}

private final class FuzzClock: Sendable {
    private let time = Atomic<UInt64>(1)
    var now: UInt64 { time.load(ordering: .relaxed) }
    func pass(seconds: UInt64) { time.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed) }
}

extension MethodKind {
    fileprivate static let allKinds: [(kind: MethodKind, path: String)] = [
        (.unary, "/f.F/U"), (.clientStreaming, "/f.F/C"), (.serverStreaming, "/f.F/S"), (.bidirectional, "/f.F/B"),
    ]
}

/// Answers each message with itself, and checks the order of events.
private final class FuzzHandler: CallHandler {
    /// Small ones, so that a short input reaches them.
    static let limits: TransportLimits = {
        var limits = TransportLimits()
        limits.maxConcurrentStreams = 4
        limits.maxReceiveMessageBytes = 1000
        limits.maxHeaderListBytes = 2000
        limits.maxHeaderFields = 20
        limits.streamWindowBytes = 2000
        limits.sendBufferBytes = 500
        return limits
    }()

    let kind: MethodKind
    let path: [UInt8]
    let group = CallGroup(loops: 1)
    let counts = MethodCounts(loops: 1)
    let policy = ReloadPolicy.pin
    let keepsRequest = false
    // Calls that were opened, and what each was told last.
    private let stages = Mutex<[ObjectIdentifier: Stage]>([:])

    private enum Stage { case open, halfClosed, cancelled }

    init(_ kind: MethodKind, path: String) {
        self.kind = kind
        self.path = Array(path.utf8)
    }

    var open: Int { stages.withLock { $0.count } }

    private func stage(of call: ServerCall) -> Stage? { stages.withLock { $0[ObjectIdentifier(call)] } }
    private func move(_ call: ServerCall, to stage: Stage?) { stages.withLock { $0[ObjectIdentifier(call)] = stage } }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool {
        holds(stage(of: call) == nil && !resumed, "a call is opened once")
        move(call, to: .open)
        return true
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        holds(stage(of: call) == .open, "messages come to an open call, and before its half-close")
        holds(message.count <= Self.limits.maxReceiveMessageBytes, "the limit holds")
        _ = call.send(message)
        _ = kind.clientStreams ? call.request(1) : call.finish(.ok)
    }

    func halfClosed(_ call: ServerCall) {
        holds(stage(of: call) == .open, "a call is half-closed once")
        move(call, to: .halfClosed)
        _ = call.finish(.ok)
    }

    func cancelled(_ call: ServerCall, reason: CancelReason) {
        let before = stage(of: call)
        holds(before == .open || before == .halfClosed, "a call is cancelled once")
        move(call, to: .cancelled)
    }

    func closed(_ call: ServerCall) {
        holds(stage(of: call) != nil, "a call that was opened is closed once")
        move(call, to: nil)
    }

    func writable(_ call: ServerCall) { holds(stage(of: call) != nil, "after the close comes nothing") }
    func drain(_ call: ServerCall) { holds(stage(of: call) != nil, "after the close comes nothing") }
    func yield(_ call: ServerCall) -> YieldAnswer { .stays }
}
