import NIOCore
import NIOSSL
import NIOTLS

/// The time between a client's connecting and its first byte of HTTP/2: when it has shown that it speaks that, a ``Connection`` takes over.
///
/// A channel handler behind NIOSSL's, confined to its channel's loop. The connection's place in the registry is taken already.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// The name of HTTP/2 in ALPN (RFC 9113 3.2).
    static let http2 = "h2"

    private static let limit = TimeAmount.seconds(10)

    private let loop: CallLoop
    private let registry: ConnectionRegistry
    private let peer: [UInt8]
    private let purpose: ListenerPurpose
    private let tls: NIOSSLServerHandler
    private var context: ChannelHandlerContext?
    private var timeout: Scheduled<Void>?
    private var isOver = false

    private init(_ loop: CallLoop, _ registry: ConnectionRegistry, _ peer: [UInt8], _ purpose: ListenerPurpose, _ tls: NIOSSLServerHandler)
    {
        self.loop = loop
        self.registry = registry
        self.peer = peer
        self.purpose = purpose
        self.tls = tls
    }

    /// Begins the handshake on a channel that was just accepted.
    static func begin(
        on channel: any Channel,
        _ credentials: ListenerTLS,
        loop: CallLoop,
        registry: ConnectionRegistry,
        purpose: ListenerPurpose
    ) throws {
        let tls = NIOSSLServerHandler(context: credentials.context)
        let handshake = TLSHandshake(loop, registry, PeerName.of(channel.remoteAddress), purpose, tls)
        try channel.pipeline.syncOperations.addHandlers([tls, handshake])
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.handshakes[ObjectIdentifier(self)] = self
        let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
        timeout = loop.eventLoop.scheduleTask(in: Self.limit) {
            bound.value.refuse("wanted a TLS handshake within \(Self.limit.nanoseconds / 1_000_000_000) s of connecting")
        }
        if loop.isDraining { abandon() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        guard negotiated == Self.http2 else {
            return refuse("found no \(Self.http2) among the protocols that it offers by ALPN; gRPC takes HTTP/2")
        }
        let connection = Connection(
            loop: loop,
            registry: registry,
            peer: peer,
            purpose: purpose,
            security: .tls(tls.peerCertificate.flatMap(PeerIdentity.init))
        )
        end()
        do {
            try context.pipeline.syncOperations.addHandler(connection, position: .after(self))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            registry.release()
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        refuse("\(error)")
    }

    func channelInactive(context: ChannelHandlerContext) {
        refuse("the client closed the connection")
        context.fireChannelInactive()
    }

    // MARK: The end

    /// The host goes away: a client that isn't served yet goes elsewhere.
    func abandon() {
        refuse("the server is shutting down")
    }

    private func refuse(_ reason: String) {
        guard !isOver else { return }
        let context = context
        end()
        registry.failed(peer, "TLS handshake: \(reason)")
        registry.release()
        context?.close(promise: nil)
    }

    private func end() {
        isOver = true
        timeout?.cancel()
        context = nil
        loop.handshakes[ObjectIdentifier(self)] = nil
    }
}
