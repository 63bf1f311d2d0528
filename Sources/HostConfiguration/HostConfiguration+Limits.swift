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

        /// The high-water mark of a call's outbound queue, in bytes: above it, a plugin's writes wait until the client
        /// has read. Default: 64 KiB.
        public var sendBufferBytes: Int = 64 << 10

        /// Creates limits that hold the defaults.
        public init() {}
    }
}
