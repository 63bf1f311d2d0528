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
    /// Fields of a request's header list.
    public var maxHeaderFields = 256
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
    /// Connections open at a time from one address; those beyond are closed at once.
    public var maxConnectionsPerAddress = 5000
    /// Calls open at a time, over all connections. It may be a quarter more where loops are loaded unevenly.
    public var maxCalls = 500_000
    /// Connections accepted in a second; of this and the next three, 0 is any number, and as many may come at once.
    public var maxConnectionsPerSecond = 0
    /// The same from one address.
    public var maxConnectionsPerSecondPerAddress = 0
    /// Calls that may begin in a second, over all connections.
    public var maxCallsPerSecond = 0
    /// The same on a connection.
    public var maxCallsPerSecondPerConnection = 0
    /// Bytes that all calls together may keep: what clients have not read, and what handlers have not taken.
    public var maxHeldBytes = 512 * 1024 * 1024
    /// Frames that carry nothing, in a second, on a connection.
    public var maxControlFramesPerSecond = 1000
    /// Streams that are reset, in a second, on a connection.
    public var maxResetsPerSecond = 100
    /// Seconds until a client's preface must be there; of this and the next three, 0 is for ever.
    public var handshakeSeconds = 10.0
    /// Seconds until a header block that has begun must be whole.
    public var headerSeconds = 10.0
    /// Seconds after which a connection without a call is ended.
    public var idleSeconds = 900.0
    /// Seconds after which a connection is ended that reads nothing of what waits for it.
    public var stalledWriteSeconds = 300.0
    /// Seconds without a word of the client after which it is pinged; 0: never.
    public var keepaliveSeconds = 7200.0
    /// Seconds without an answer after which it is taken to be gone.
    public var keepaliveTimeoutSeconds = 20.0
    /// Seconds that must be between a client's own pings, of which two may come too early.
    public var minPingSeconds = 300.0
    /// Whether a client may ping as often while it has no calls.
    public var permitPingsWithoutCalls = false
    /// Seconds after which a connection's client is asked to go elsewhere, a tenth more or less; 0: never.
    public var connectionAgeSeconds = 0.0
    /// Seconds after that, after which its calls are ended; 0: never.
    public var connectionGraceSeconds = 0.0
    /// Bytes of a call's outbound queue from which `send` answers *full*.
    public var sendBufferBytes = 64 * 1024

    /// The defaults.
    public init() {}

    private func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(max(0, min(seconds, 1e9)) * 1e9) }

    var watch: ConnectionWatch.Limits {
        ConnectionWatch.Limits(
            handshake: nanoseconds(handshakeSeconds),
            headers: nanoseconds(headerSeconds),
            idle: nanoseconds(idleSeconds),
            stalledWrite: nanoseconds(stalledWriteSeconds)
        )
    }

    var keepalive: Keepalive.Limits {
        Keepalive.Limits(
            interval: nanoseconds(keepaliveSeconds),
            timeout: nanoseconds(keepaliveTimeoutSeconds),
            leastInterval: nanoseconds(minPingSeconds),
            permitsWithoutCalls: permitPingsWithoutCalls
        )
    }

    var age: ConnectionAge.Limits {
        ConnectionAge.Limits(age: nanoseconds(connectionAgeSeconds), grace: nanoseconds(connectionGraceSeconds))
    }

    var ofConnections: ConnectionRegistry.Limits {
        ConnectionRegistry.Limits(
            connections: maxConnections,
            connectionsPerAddress: maxConnectionsPerAddress,
            perSecond: maxConnectionsPerSecond,
            perSecondPerAddress: maxConnectionsPerSecondPerAddress
        )
    }
}
