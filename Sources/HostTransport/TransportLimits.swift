/// What the transport grants to clients. Every limit bounds memory or work.
public struct TransportLimits: Sendable, Equatable {
    /// Streams that a connection may have open at a time.
    public var maxConcurrentStreams = 1000
    /// Bytes of a message that is received, without its prefix.
    public var maxReceiveMessageBytes = 4 * 1024 * 1024
    /// Bytes of a message that is sent, without its prefix.
    public var maxSendMessageBytes = Int(Int32.max)
    /// Bytes of a request's header list, as RFC 9113 6.5.2 counts them.
    public var maxHeaderListBytes = 16 * 1024
    /// Bytes that a client may send on a stream before the handler has taken some; more where the path has room for it, up to
    /// ``maxStreamWindowBytes``.
    public var streamWindowBytes = 256 * 1024
    /// Bytes that a client may send on a connection before the host has read some.
    public var connectionWindowBytes = 1024 * 1024
    /// The most that a stream's window grows to.
    public var maxStreamWindowBytes = 8 * 1024 * 1024
    /// The most that the windows of a connection's streams grow by, all together.
    public var maxConnectionWindowBytes = 16 * 1024 * 1024
    /// The same over all connections.
    public var windowBudgetBytes = 256 * 1024 * 1024
    /// Connections open at a time; those beyond are closed at once.
    public var maxConnections = 20_000
    /// Bytes of a call's outbound queue from which `send` answers *full*.
    public var sendBufferBytes = 64 * 1024

    /// The defaults.
    public init() {}
}
