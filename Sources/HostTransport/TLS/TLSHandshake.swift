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

    private let loop: CallLoop
    private let place: ConnectionPlace
    private let peer: [UInt8]
    private let purpose: ListenerPurpose
    private let tls: NIOSSLServerHandler
    private var context: ChannelHandlerContext?
    private var isOver = false
    private let begun = CallLoop.coarseNow

    init(_ tls: NIOSSLServerHandler, _ place: ConnectionPlace, loop: CallLoop, peer: [UInt8], purpose: ListenerPurpose) {
        self.tls = tls
        self.place = place
        self.loop = loop
        self.peer = peer
        self.purpose = purpose
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.handshakes[ObjectIdentifier(self)] = self
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
            place: place,
            peer: peer,
            purpose: purpose,
            security: .tls(tls.peerCertificate.flatMap(PeerIdentity.init))
        )
        end()
        do {
            try context.pipeline.syncOperations.addHandler(connection, position: .after(self))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            place.giveBack()
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

    /// Once a second: ends it where the client takes too long.
    func look(now: UInt64) {
        let limit = loop.limits.watch.handshake
        guard limit > 0, now > begun, now - begun >= limit else { return }
        loop.refusals.count(.handshake)
        refuse("it took longer than limits.handshakeSeconds")
    }

    /// The host goes away: a client that isn't served yet goes elsewhere.
    func abandon() {
        refuse("the server is shutting down")
    }

    private func refuse(_ reason: String) {
        guard !isOver else { return }
        let context = context
        end()
        place.registry.failed(peer, "TLS handshake: \(reason)")
        place.giveBack()
        context?.close(promise: nil)
    }

    private func end() {
        isOver = true
        context = nil
        loop.handshakes[ObjectIdentifier(self)] = nil
    }
}
