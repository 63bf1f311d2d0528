import Logging

extension Setting {
    static let logLevel = Setting("log", "level", kind: .choice(Choice(\.log.level)))
    static let logFormat = Setting("log", "format", kind: .choice(Choice(\.log.format)))

    static let metricsAddress = Setting("metrics", "address", kind: .address(\.metrics.address))

    static let watch = Setting("watch", kind: .bool(\.watch))

    static let all: [Setting] =
        [watch] + limits + [
            Setting("compression", "encoding", kind: .choice(Choice(\.compression.encoding))),
            Setting("compression", "level", kind: .integer(\.compression.level, 1...9)),
            Setting("compression", "minBytes", kind: .integer(\.compression.minBytes, 0...int31)),
            // More threads than that are a typing mistake on any machine.
            Setting("threads", kind: .integer(\.threads, 0...1024)),
            logLevel,
            logFormat,
        ] + accessLog + [metricsAddress] + reload + [
            Setting("shutdown", "drainSeconds", kind: .number(\.shutdown.drainSeconds, 0...day)),
            Setting("admin", "socket", kind: .text(\.admin.socket)),
            Setting("dataDirectory", kind: .text(\.dataDirectory)),
        ]

    private static let limits = [
        Setting("limits", "maxConcurrentStreams", kind: .integer(\.limits.maxConcurrentStreams, 1...int31)),
        Setting("limits", "maxReceiveMessageBytes", kind: .integer(\.limits.maxReceiveMessageBytes, 1...int31)),
        Setting("limits", "maxSendMessageBytes", kind: .integer(\.limits.maxSendMessageBytes, 1...int31)),
        // Below 1 KiB no gRPC client's request fits.
        Setting("limits", "maxHeaderListBytes", kind: .integer(\.limits.maxHeaderListBytes, 1024...(16 << 20))),
        Setting("limits", "maxHeaderFields", kind: .integer(\.limits.maxHeaderFields, 16...65536)),
        // RFC 9113 6.9.2: a stream's window can be set to anything; a connection's starts at 65535 and only grows.
        Setting("limits", "streamWindowBytes", kind: .integer(\.limits.streamWindowBytes, 1024...int31)),
        Setting("limits", "connectionWindowBytes", kind: .integer(\.limits.connectionWindowBytes, 65535...int31)),
        Setting("limits", "maxStreamWindowBytes", kind: .integer(\.limits.maxStreamWindowBytes, 1024...int31)),
        Setting("limits", "maxConnectionWindowBytes", kind: .integer(\.limits.maxConnectionWindowBytes, 0...int31)),
        Setting("limits", "windowBudgetBytes", kind: .integer(\.limits.windowBudgetBytes, 0...(1 << 40))),
        Setting("limits", "maxConnections", kind: .integer(\.limits.maxConnections, 1...int31)),
        Setting("limits", "maxConnectionsPerAddress", kind: .integer(\.limits.maxConnectionsPerAddress, 1...int31)),
        Setting("limits", "maxCalls", kind: .integer(\.limits.maxCalls, 1...int31)),
        Setting("limits", "maxConnectionsPerSecond", kind: .integer(\.limits.maxConnectionsPerSecond, 0...int31)),
        Setting(
            "limits",
            "maxConnectionsPerSecondPerAddress",
            kind: .integer(\.limits.maxConnectionsPerSecondPerAddress, 0...int31)
        ),
        Setting("limits", "maxCallsPerSecond", kind: .integer(\.limits.maxCallsPerSecond, 0...int31)),
        Setting("limits", "maxCallsPerSecondPerConnection", kind: .integer(\.limits.maxCallsPerSecondPerConnection, 0...int31)),
        // Below 1 MiB the queues of a few honest calls would be over it.
        Setting("limits", "maxHeldBytes", kind: .integer(\.limits.maxHeldBytes, (1 << 20)...(1 << 40))),
        // A client begins with a SETTINGS frame and acknowledges ours.
        Setting("limits", "maxControlFramesPerSecond", kind: .integer(\.limits.maxControlFramesPerSecond, 10...1_000_000)),
        Setting("limits", "maxResetsPerSecond", kind: .integer(\.limits.maxResetsPerSecond, 1...1_000_000)),
        Setting("limits", "handshakeSeconds", kind: .number(\.limits.handshakeSeconds, 0...day)),
        Setting("limits", "headerSeconds", kind: .number(\.limits.headerSeconds, 0...day)),
        Setting("limits", "idleSeconds", kind: .number(\.limits.idleSeconds, 0...day)),
        Setting("limits", "stalledWriteSeconds", kind: .number(\.limits.stalledWriteSeconds, 0...day)),
        Setting("limits", "keepaliveSeconds", kind: .number(\.limits.keepaliveSeconds, 0...day)),
        Setting("limits", "keepaliveTimeoutSeconds", kind: .number(\.limits.keepaliveTimeoutSeconds, 1...day)),
        Setting("limits", "minPingSeconds", kind: .number(\.limits.minPingSeconds, 0...day)),
        Setting("limits", "permitPingsWithoutCalls", kind: .bool(\.limits.permitPingsWithoutCalls)),
        Setting("limits", "connectionAgeSeconds", kind: .number(\.limits.connectionAgeSeconds, 0...(365 * day))),
        Setting("limits", "connectionGraceSeconds", kind: .number(\.limits.connectionGraceSeconds, 0...(365 * day))),
        Setting("limits", "sendBufferBytes", kind: .integer(\.limits.sendBufferBytes, 1024...int31)),
    ]

    private static let accessLog = [
        Setting("accessLog", "path", kind: .text(\.accessLog.path)),
        Setting("accessLog", "format", kind: .choice(Choice(\.accessLog.format))),
        Setting("accessLog", "sample", kind: .number(\.accessLog.sample, 0...1)),
        Setting("accessLog", "failures", kind: .bool(\.accessLog.failures)),
    ]

    private static let reload = [
        // Calls of the plugin are held meanwhile: more than a minute is an outage, and nothing lets go in no time.
        Setting("reload", "yieldSeconds", kind: .number(\.reload.yieldSeconds, 0.001...60)),
        Setting("reload", "drainSeconds", kind: .number(\.reload.drainSeconds, 0...day)),
        Setting("reload", "probationSeconds", kind: .number(\.reload.probationSeconds, 0...3600)),
        // Below 10 ms, a file system's clock may not tell two writes apart.
        Setting("reload", "settleSeconds", kind: .number(\.reload.settleSeconds, 0.01...60)),
        // The active one, the one kept for the way back, and the one that is to replace them.
        Setting("reload", "maxGenerations", kind: .integer(\.reload.maxGenerations, 3...1000)),
    ]

    private static let day = 86400.0

    /// The largest window (RFC 9113 6.9.1), and the largest message in the gRPC of most languages.
    private static let int31 = Int(Int32.max)
}
