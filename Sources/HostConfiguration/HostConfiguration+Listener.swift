extension HostConfiguration {
    /// One place where the host accepts connections.
    ///
    /// In JSON: `{"address": "127.0.0.1:50051"}`. An object, not a bare string, because TLS belongs to a listener.
    public struct Listener: Sendable, Hashable {
        /// Where a listener can be.
        public typealias Address = ListenAddress

        /// Where to listen. Required: it has no default.
        public var address: Address

        /// Who may connect to a Unix socket, as `chmod` has it. Default: `nil`, what the process's umask leaves.
        public var mode: UInt32?

        /// What connections are encrypted with. Default: `nil`, plaintext.
        public var tls: TLS?

        /// Connections open at once on this listener. Default: 0, which is as many as the host takes.
        public var maxConnections = 0

        /// Connections that this listener accepts in a second. Default: 0, which is any number.
        public var maxConnectionsPerSecond = 0

        /// Creates a listener on an address.
        public init(address: Address, mode: UInt32? = nil, tls: TLS? = nil) {
            self.address = address
            self.mode = mode
            self.tls = tls
        }
    }
}
