import NIOSSL
import Synchronization

/// The TLS of a listener: what its next handshake goes by. Connections that are open stay as they are.
public final class ListenerTLS: Sendable {
    private let state: Mutex<State>

    private struct State {
        var context: NIOSSLContext
        var expires: Int
    }

    /// Makes it of those credentials.
    /// - Throws: ``TransportError`` of code ``TransportError/Code/badCredentials``, which names the file.
    public init(_ credentials: TLSCredentials) throws(TransportError) {
        let (context, expires) = try credentials.context()
        state = Mutex(State(context: context, expires: expires))
    }

    /// Takes other credentials for connections that come from now on. Where they are no good the old ones stay.
    /// - Throws: ``TransportError`` of code ``TransportError/Code/badCredentials``, which names the file.
    public func replace(with credentials: TLSCredentials) throws(TransportError) {
        let (context, expires) = try credentials.context()
        state.withLock { $0 = State(context: context, expires: expires) }
    }

    /// When the first of its certificates expires: seconds since 1970.
    public var expires: Int { state.withLock { $0.expires } }

    var context: NIOSSLContext { state.withLock { $0.context } }
}
