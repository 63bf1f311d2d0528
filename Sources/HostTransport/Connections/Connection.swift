import GRPCWire
import HTTP2Session
import NIOCore
import NIOSSL

/// One client's connection: bytes between the socket and the HTTP/2 session, and the calls that live on it.
///
/// A channel handler, confined to its channel's loop.
final class Connection: ChannelInboundHandler, RemovableChannelHandler, HTTP2SessionDelegate {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    // A connection writes so many chunks before other connections of the loop get their turn.
    private static let chunksPerFlush = 8
    // A client that hasn't answered the ping of a graceful shutdown by then is taken to have heard.
    static let shutdownAnswer = TimeAmount.seconds(1)

    let loop: CallLoop
    let place: ConnectionPlace
    let peer: [UInt8]
    let purpose: ListenerPurpose
    let security: ConnectionSecurity
    var head: RequestHead
    // Made in handlerAdded, which comes before any other event.
    private(set) var session: HTTP2Session!

    var context: ChannelHandlerContext?
    var calls: [ServerCall] = []
    private var waiting: [ServerCall] = []
    private var flushAsked = false
    private var flushing = false
    var closing = false
    var shutdown = Shutdown.none
    /// Why it shuts down.
    var leaves = GoAwayReason.shutdown
    var watch = ConnectionWatch()
    var keepalive = Keepalive()
    var pingsTooMuch = false
    var age: ConnectionAge
    // Grows with what comes.
    var reads: UInt64 = 0
    var callRate: TokenBucket?
    /// Bytes that its calls keep.
    var heldBytes = 0
    /// Grows with each byte of data that the client lets the host write.
    var written: UInt64 = 0

    enum Shutdown { case none, announced, goneAway }

    /// What a PING of the host's is for.
    enum Ping: UInt64 { case shutdown = 1, bandwidth, keepalive }

    var probe: BandwidthProbe
    // Bytes that streams may send beyond their first windows.
    var widened = 0

    // Nanoseconds of a clock that never goes back.
    let now: @Sendable () -> UInt64

    init(
        loop: CallLoop,
        place: ConnectionPlace,
        peer: [UInt8],
        purpose: ListenerPurpose = .services,
        security: ConnectionSecurity = .plaintext,
        now: @escaping @Sendable () -> UInt64 = { CallLoop.now }
    ) {
        self.now = now
        self.purpose = purpose
        self.security = security
        self.loop = loop
        self.place = place
        self.peer = peer
        age = ConnectionAge(begun: CallLoop.coarseNow, chance: Double.random(in: 0...1))
        probe = BandwidthProbe(window: loop.limits.streamWindowBytes, limit: loop.limits.maxStreamWindowBytes)
        head = RequestHead(limit: loop.limits.maxHeaderListBytes, fieldLimit: loop.limits.maxHeaderFields)
        let rate = loop.limits.maxCallsPerSecondPerConnection
        if rate > 0 { callRate = TokenBucket(perSecond: rate, now: CallLoop.coarseNow) }
    }

    /// Begins on a channel that was just accepted: at once, or with TLS when the client has shown that it speaks HTTP/2.
    static func begin(on channel: any Channel, _ place: ConnectionPlace, _ admission: Admission, loop: CallLoop) throws {
        let peer = PeerName.of(channel.remoteAddress)
        let pipeline = channel.pipeline.syncOperations
        guard let credentials = admission.tls else {
            return try pipeline.addHandler(Connection(loop: loop, place: place, peer: peer, purpose: admission.purpose))
        }
        let tls = NIOSSLServerHandler(context: credentials.context)
        try pipeline.addHandlers([tls, TLSHandshake(tls, place, loop: loop, peer: peer, purpose: admission.purpose)])
    }

    var registry: ConnectionRegistry { place.registry }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let limits = loop.limits
        var budget = FrameBudget.Limits()
        budget.controlFramesPerSecond = limits.maxControlFramesPerSecond
        budget.resetsPerSecond = limits.maxResetsPerSecond
        do throws(HTTP2Error) {
            session = try HTTP2Session(
                settings: HTTP2Settings(
                    maxConcurrentStreams: UInt32(clamping: limits.maxConcurrentStreams),
                    streamWindow: UInt32(clamping: limits.streamWindowBytes),
                    connectionWindow: UInt32(clamping: limits.connectionWindowBytes),
                    maxHeaderListSize: UInt32(clamping: limits.maxHeaderListBytes),
                    budget: budget
                ),
                memory: loop.sessionMemory,
                delegate: self
            )
        } catch {
            // Then there is no session, and this handler must see no event.
            registry.failed(peer, error.description)
            place.giveBack()
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
        // Of one that was ended, what still comes is dropped.
        guard self.context != nil else { return }
        let buffer = unwrapInboundIn(data)
        reads &+= 1
        loop.partOfTurn {
            buffer.withUnsafeReadableBytes { bytes in
                do throws(HTTP2Error) {
                    try session.receive(bytes)
                    judge()
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

    func lose() {
        guard context != nil else { return }
        context = nil
        for call in calls { call.streamEnded(.connectionLost) }
        calls = []
        waiting = []
        loop.connections[ObjectIdentifier(self)] = nil
        place.giveBack()
    }

    private func fail(_ error: HTTP2Error) {
        if error.isFlood { loop.refusals.count(.flooded) }
        registry.failed(peer, error.description)
        context?.close(promise: nil)
    }

    // MARK: Calls

    func beginStream(id: Int32) -> HTTP2Stream? {
        head.reset()
        let call = ServerCall(connection: self)
        call.connectionIndex = Int32(truncatingIfNeeded: calls.count)
        calls.append(call)
        return call
    }

    func received(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        head.add(name: name, value: value)
        return !head.isTooLarge
    }

    func ended(_ call: ServerCall) {
        // While the connection is being lost the list stays as it is.
        guard context != nil else { return }
        let last = calls.removeLast()
        guard last !== call else { return }
        last.connectionIndex = call.connectionIndex
        calls[Int(call.connectionIndex)] = last
    }

    func forEachCall(_ body: (ServerCall) -> Void) {
        for call in calls { body(call) }
    }

    func needsFlush(_ call: ServerCall) {
        waiting.append(call)
        askFlush()
    }

    // MARK: Writing

    func askFlush() {
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
    func closeWhenWritten() {
        guard let context, !closing else { return }
        closing = true
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.context?.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
    }
}
