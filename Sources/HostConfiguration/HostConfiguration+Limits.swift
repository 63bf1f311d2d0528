extension HostConfiguration {
    /// The bounds on what one client, connection or call may cost.
    public struct Limits: Sendable, Equatable {
        /// Calls that one connection may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS). Default: 1000.
        public var maxConcurrentStreams: Int = 1000

        /// The largest message that a client may send, in bytes, after decompression; a larger one ends its call with
        /// RESOURCE_EXHAUSTED. Default: 4 MiB, as in other gRPC servers.
        public var maxReceiveMessageBytes: Int = 4 << 20

        /// The largest message that a plugin may send, in bytes. Default: 2147483647, which is no bound in practice.
        public var maxSendMessageBytes: Int = 2_147_483_647

        /// The largest header list of a request, in bytes as RFC 9113 6.5.2 counts them: name, value and 32 for each
        /// field. Default: 16 KiB.
        public var maxHeaderListBytes: Int = 16 << 10

        /// The most fields that a request's header list may have. Default: 256.
        public var maxHeaderFields: Int = 256

        /// The flow-control window of a stream, in bytes: what a client may send ahead of a handler that does not read.
        /// Default: 256 KiB.
        public var streamWindowBytes: Int = 256 << 10

        /// The flow-control window of a connection, in bytes, over all its streams. Default: 1 MiB.
        public var connectionWindowBytes: Int = 1 << 20

        /// The most that a stream's window grows to, in bytes, where the path to the client has room for more than
        /// ``streamWindowBytes``. Not above that: it doesn't grow. Default: 8 MiB.
        public var maxStreamWindowBytes: Int = 8 << 20

        /// The most that the windows of a connection's streams grow by, all together, in bytes. Default: 16 MiB.
        public var maxConnectionWindowBytes: Int = 16 << 20

        /// The most that windows grow by over all connections, in bytes. Default: 256 MiB.
        public var windowBudgetBytes: Int = 256 << 20

        /// Connections open at once, over all listeners. Default: 20000.
        public var maxConnections: Int = 20000

        /// Connections open at once from one IPv4 address, or one IPv6 network of 64 bits. Default: 5000.
        public var maxConnectionsPerAddress: Int = 5000

        /// Calls open at once, over all connections. Default: 500000.
        public var maxCalls: Int = 500_000

        /// Connections accepted in a second, over all listeners. As many may come at once. Default: 0, which is any number.
        public var maxConnectionsPerSecond: Int = 0

        /// The same from one address. Default: 0, which is any number.
        public var maxConnectionsPerSecondPerAddress: Int = 0

        /// Calls that may begin in a second, over all connections. As many may begin at once. Default: 0, which is any
        /// number.
        public var maxCallsPerSecond: Int = 0

        /// The same on one connection. Default: 0, which is any number.
        public var maxCallsPerSecondPerConnection: Int = 0

        /// Bytes that all calls together may keep: what clients have not read, and what handlers have not taken.
        /// Default: 512 MiB.
        public var maxHeldBytes: Int = 512 << 20

        /// Frames that carry nothing (SETTINGS, PING, PRIORITY, WINDOW_UPDATE, empty DATA) on one connection in a
        /// second, beyond those that useful ones account for. Ten times as many may come at once. Default: 1000.
        public var maxControlFramesPerSecond: Int = 1000

        /// Calls that one connection's client may reset in a second, beyond as many as it lets run; and streams that
        /// its mistakes make the host reset. Ten times as many may come at once. Default: 100.
        public var maxResetsPerSecond: Int = 100

        /// Seconds until a client has sent its HTTP/2 preface; 0: for ever. Default: 10.
        public var handshakeSeconds: Double = 10

        /// Seconds until a header block that has begun is whole; 0: for ever. Default: 10.
        public var headerSeconds: Double = 10

        /// Seconds after which a connection without a call is asked to leave; 0: never. Default: 900.
        public var idleSeconds: Double = 900

        /// Seconds after which a connection is ended whose client reads nothing of what waits for it; 0: never.
        /// Default: 300.
        public var stalledWriteSeconds: Double = 300

        /// Seconds without a word of a client after which it is pinged; 0: never. Default: 7200, as in other gRPC servers.
        public var keepaliveSeconds: Double = 7200

        /// Seconds without an answer to that ping after which the connection is closed. Default: 20.
        public var keepaliveTimeoutSeconds: Double = 20

        /// Seconds that must be between a client's own pings; the third that comes too early ends the connection with
        /// `too_many_pings`. Default: 300.
        public var minPingSeconds: Double = 300

        /// Whether a client may ping as often while it has no calls; else once in two hours. Default: `false`.
        public var permitPingsWithoutCalls: Bool = false

        /// Seconds after which a connection's client is asked to go elsewhere, a tenth more or less; 0: never. Default: 0.
        public var connectionAgeSeconds: Double = 0

        /// Seconds after that, after which the connection's calls are ended; 0: never. Default: 0.
        public var connectionGraceSeconds: Double = 0

        /// The high-water mark of a call's outbound queue, in bytes: above it, a plugin's writes wait until the client
        /// has read. Default: 64 KiB.
        public var sendBufferBytes: Int = 64 << 10

        /// Creates limits that hold the defaults.
        public init() {}
    }
}
