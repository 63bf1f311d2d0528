/// What a listener proves itself with, and what it wants of its clients.
public struct TLSCredentials: Sendable {
    /// A file in PEM form.
    public struct PEM: Sendable {
        /// Its path, for messages.
        public var path: String
        /// What is in it.
        public var bytes: [UInt8]

        /// Creates one.
        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// Whether clients have to prove who they are.
    public enum ClientAuthentication: Sendable {
        /// A client without a certificate of the authorities is not served.
        case required
        /// A client may come without one. One that shows a wrong certificate is not served.
        case optional
    }

    /// Whom clients may be vouched for by.
    public struct Clients: Sendable {
        /// The authorities' certificates.
        public var authorities: PEM
        /// Whether they have to.
        public var authentication: ClientAuthentication

        /// Creates what is wanted of clients.
        public init(authorities: PEM, authentication: ClientAuthentication) {
            self.authorities = authorities
            self.authentication = authentication
        }
    }

    /// The oldest protocol that is spoken.
    public enum MinimumVersion: Sendable {
        /// TLS 1.2.
        case tls12
        /// TLS 1.3.
        case tls13
    }

    /// The certificate, and then those between it and its root.
    public var certificates: PEM
    /// The certificate's private key.
    public var key: PEM
    /// `nil`: clients aren't asked who they are.
    public var clients: Clients?
    /// The oldest protocol that is spoken.
    public var minimumVersion: MinimumVersion

    /// Creates credentials.
    public init(certificates: PEM, key: PEM, clients: Clients? = nil, minimumVersion: MinimumVersion = .tls12) {
        self.certificates = certificates
        self.key = key
        self.clients = clients
        self.minimumVersion = minimumVersion
    }
}
