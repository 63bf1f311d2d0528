extension HostConfiguration {
    /// What a listener proves itself with, and what it wants of its clients. Files are in PEM form, seen from the current folder, and
    /// read again when they change.
    public struct TLS: Sendable, Hashable {
        /// Whether clients have to prove who they are.
        public enum ClientAuthentication: String, Sendable, CaseIterable {
            case required, optional
        }

        /// The oldest protocol that is spoken.
        public enum MinimumVersion: String, Sendable, CaseIterable {
            case tls12 = "1.2"
            case tls13 = "1.3"
        }

        /// The path of the certificate, with those between it and its root behind it. Required: it has no default.
        public var certificate: String

        /// The path of the certificate's private key, without a passphrase. Required: it has no default.
        public var key: String

        /// The path of the authorities' certificates that clients may be vouched for by. Default: `nil`, clients aren't asked who they are.
        public var clientCA: String?

        /// Whether clients have to prove who they are, where there is a ``clientCA``. Default: they have to.
        public var clientAuthentication: ClientAuthentication = .required

        /// The oldest protocol that is spoken. JSON key: `minVersion`. Default: TLS 1.2.
        public var minimumVersion: MinimumVersion = .tls12

        /// Creates TLS settings with the defaults.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }
}
