import GRPCWire
import HTTP2Session
import NIOCore

/// One client's connection: bytes between the socket and the HTTP/2 session, and the calls that live on it.
///
/// A channel handler, confined to its channel's loop.
final class Connection: ChannelInboundHandler, RemovableChannelHandler, HTTP2SessionDelegate {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    // A connection writes so many chunks before other connections of the loop get their turn.
    private static let chunksPerFlush = 8
    // A client that hasn't answered the ping of a graceful shutdown by then is taken to have heard.
    private static let shutdownAnswer = TimeAmount.seconds(1)

    let loop: CallLoop
    let registry: ConnectionRegistry
    let peer: [UInt8]
    let purpose: ListenerPurpose
    let security: ConnectionSecurity
    var head: RequestHead
    // Made in handlerAdded, which comes before any other event.
    private(set) var session: HTTP2Session!

    private var context: ChannelHandlerContext?
    private var calls: [ServerCall] = []
    private var waiting: [ServerCall] = []
    private var flushAsked = false
    private var flushing = false
    private var closing = false
    private var shutdown = Shutdown.none

    private enum Shutdown { case none, announced, goneAway }

    /// What a PING of the host's is for.
    private enum Ping: UInt64 { case shutdown = 1, bandwidth }

    private var probe: BandwidthProbe
    // Bytes that streams may send beyond their first windows.
    private var widened = 0

    // Nanoseconds of a clock that never goes back.
    private let now: @Sendable () -> UInt64

    init(
        loop: CallLoop,
        registry: ConnectionRegistry,
        peer: [UInt8],
        purpose: ListenerPurpose = .services,
        security: ConnectionSecurity = .plaintext,
        now: @escaping @Sendable () -> UInt64 = { CallLoop.now }
    ) {
        self.now = now
        self.purpose = purpose
        self.security = security
        self.loop = loop
        self.registry = registry
        self.peer = peer
        head = RequestHead(limit: loop.limits.maxHeaderListBytes)
        probe = BandwidthProbe(window: loop.limits.streamWindowBytes, limit: loop.limits.maxStreamWindowBytes)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let limits = loop.limits
        do throws(HTTP2Error) {
            session = try HTTP2Session(
                settings: HTTP2Settings(
                    maxConcurrentStreams: UInt32(clamping: limits.maxConcurrentStreams),
                    streamWindow: UInt32(clamping: limits.streamWindowBytes),
                    connectionWindow: UInt32(clamping: limits.connectionWindowBytes),
                    maxHeaderListSize: UInt32(clamping: limits.maxHeaderListBytes)
                ),
                memory: loop.sessionMemory,
                delegate: self
            )
        } catch {
            // Then there is no session, and this handler must see no event.
            registry.failed(peer, error)
            registry.release()
            self.context = nil
            context.close(promise: nil)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            return
        }
        loop.connections[ObjectIdentifier(self)] = self
        if loop.isDraining { loop.turn { shutDown() } }
        if context.channel.isActive { loop.turn { askFlush() } }
    }

    func channelActive(context: ChannelHandlerContext) {
        loop.turn { askFlush() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        loop.partOfTurn {
            buffer.withUnsafeReadableBytes { bytes in
                do throws(HTTP2Error) {
                    try session.receive(bytes)
                } catch {
                    fail(error)
                }
            }
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // The session may owe an answer of its own: SETTINGS, PING, WINDOW_UPDATE.
        loop.turn { if session.wantsWrite || session.isOver { askFlush() } }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { loop.turn { askFlush() } }
    }

    func channelInactive(context: ChannelHandlerContext) {
        loop.turn { lose() }
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.turn { lose() }
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func lose() {
        guard context != nil else { return }
        context = nil
        for call in calls { call.streamEnded(.connectionLost) }
        calls = []
        waiting = []
        loop.connections[ObjectIdentifier(self)] = nil
        registry.release()
    }

    private func fail(_ error: HTTP2Error) {
        registry.failed(peer, error)
        context?.close(promise: nil)
    }

    // MARK: Calls

    func beginStream(id: Int32) -> HTTP2Stream? {
        head.reset()
        let call = ServerCall(connection: self)
        call.connectionIndex = calls.count
        calls.append(call)
        return call
    }

    func received(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        head.add(name: name, value: value)
    }

    func ended(_ call: ServerCall) {
        // While the connection is being lost the list stays as it is.
        guard context != nil else { return }
        let last = calls.removeLast()
        guard last !== call else { return }
        last.connectionIndex = call.connectionIndex
        calls[call.connectionIndex] = last
    }

    func forEachCall(_ body: (ServerCall) -> Void) {
        for call in calls { body(call) }
    }

    // MARK: Windows

    /// So many bytes of messages have come.
    @inline(__always)
    func counted(_ bytes: Int) {
        if probe.received(bytes) { beginProbe() }
    }

    private func beginProbe() {
        probe.began(at: now())
        session.ping(tag: Ping.bandwidth.rawValue)
        askFlush()
    }

    /// Lets a call whose handler takes what comes have as much on its way as the path takes, within the budgets.
    @inline(__always)
    func widenWindow(of call: ServerCall) {
        guard probe.window > loop.limits.streamWindowBytes else { return }
        widen(call)
    }

    private func widen(_ call: ServerCall) {
        let before = call.rare?.extraWindow ?? 0
        let wanted = min(
            probe.window - loop.limits.streamWindowBytes - before,
            loop.limits.maxConnectionWindowBytes - widened
        )
        guard wanted > 0 else { return }
        let granted = registry.windows.take(wanted)
        guard granted > 0 else { return }
        widened += granted
        call.withRare { $0.extraWindow = before + granted }
        session.setWindow(call, loop.limits.streamWindowBytes + before + granted)
    }

    /// The call's stream has ended.
    func giveUpWindow(of call: ServerCall) {
        guard let extra = call.rare?.extraWindow, extra > 0 else { return }
        call.rare?.extraWindow = 0
        widened -= extra
        registry.windows.giveBack(extra)
    }

    /// Gives window of the stream back to the client.
    func giveWindow(_ bytes: Int, to call: ServerCall) {
        session.consume(call, bytes)
        // Not from inside a read alone: a handler's demand may come at any time.
        if session.wantsWrite { askFlush() }
    }

    func needsFlush(_ call: ServerCall) {
        waiting.append(call)
        askFlush()
    }

    // MARK: Writing

    private func askFlush() {
        guard !flushAsked, context != nil else { return }
        flushAsked = true
        loop.needsFlush(self)
    }

    func write(_ bytes: UnsafeRawBufferPointer) {
        loop.output.append(bytes)
    }

    func write(_ buffer: ByteBuffer) {
        writeOutput()
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    private func writeOutput() {
        guard loop.output.count > 0 else { return }
        let chunk = loop.output.take()
        context?.write(wrapOutboundOut(chunk), promise: nil)
    }

    /// Submits what the calls have queued, and writes frames as long as the socket takes them.
    func flush() {
        flushAsked = false
        guard !flushing, context != nil else { return }
        flushing = true
        defer { flushing = false }
        if !waiting.isEmpty {
            var ready: [ServerCall] = []
            swap(&ready, &waiting)
            for call in ready { call.submit() }
            ready.removeAll(keepingCapacity: ready.capacity <= 64)
            if waiting.isEmpty { swap(&ready, &waiting) }
        }
        do throws(HTTP2Error) {
            try writeFrames()
        } catch {
            // The output is the loop's: nothing of this connection may be left for the next.
            loop.output.discard()
            fail(error)
        }
    }

    private func writeFrames() throws(HTTP2Error) {
        for _ in 0..<Self.chunksPerFlush {
            guard let channel = context?.channel, channel.isWritable else { return }
            let more = try session.send(limit: OutputBuffer.chunk)
            writeOutput()
            context?.flush()
            guard more else {
                if session.isOver { closeWhenWritten() }
                return
            }
        }
        askFlush()
    }

    /// Closes when the socket has taken what was written: closing at once would throw away what waits.
    private func closeWhenWritten() {
        guard let context, !closing else { return }
        closing = true
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.context?.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }

    // MARK: Graceful shutdown

    /// Two steps (RFC 9113 6.8): no new streams please; and, when the client has surely heard, the last one that is served.
    func shutDown() {
        guard shutdown == .none, context != nil else { return }
        shutdown = .announced
        for call in calls { call.askToDrain() }
        session.announceShutdown()
        session.ping(tag: Ping.shutdown.rawValue)
        askFlush()
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        loop.eventLoop.scheduleTask(in: Self.shutdownAnswer) { [loop] in
            loop.turn { bound.value.goAway() }
        }
    }

    /// Whether the client was told to go elsewhere.
    var isShuttingDown: Bool { shutdown != .none }

    func receivedPingAck(tag: UInt64) {
        switch Ping(rawValue: tag) {
        case .shutdown: if shutdown == .announced { goAway() }
        case .bandwidth:
            guard probe.answered(at: now()) else { return }
            session.setConnectionWindow(max(probe.window, loop.limits.connectionWindowBytes))
        case nil: break
        }
    }

    private func goAway() {
        guard shutdown == .announced, context != nil else { return }
        shutdown = .goneAway
        session.goAway()
        askFlush()
    }

    /// The drain limit has passed: what still runs is told, answered UNAVAILABLE, and the connection closed.
    func endNow() {
        guard context != nil else { return }
        for call in calls where call.service != .closed && call.service != .none {
            call.reject(Status(.unavailable, "the server is shutting down"), .shutdown)
        }
        if shutdown == .none { shutdown = .announced }
        goAway()
        flush()
        closeWhenWritten()
        // A client that doesn't read must not hold the shutdown up.
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        loop.eventLoop.scheduleTask(in: Self.shutdownAnswer) { bound.value.context?.close(promise: nil) }
    }
}
