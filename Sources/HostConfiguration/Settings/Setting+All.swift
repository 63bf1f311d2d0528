import Logging

extension Setting {
    static let logLevel = Setting("log", "level", kind: .choice(Choice(\.log.level)))
    static let logFormat = Setting("log", "format", kind: .choice(Choice(\.log.format)))

    static let all: [Setting] =
        limits + [
            // More threads than that are a typing mistake on any machine.
            Setting("threads", kind: .integer(\.threads, 0...1024)),
            logLevel,
            logFormat,
            // A day.
            Setting("shutdown", "drainSeconds", kind: .number(\.shutdown.drainSeconds, 0...86400)),
            Setting("dataDirectory", kind: .text(\.dataDirectory)),
        ]

    private static let limits = [
        Setting("limits", "maxConcurrentStreams", kind: .integer(\.limits.maxConcurrentStreams, 1...int31)),
        Setting("limits", "maxReceiveMessageBytes", kind: .integer(\.limits.maxReceiveMessageBytes, 1...int31)),
        Setting("limits", "maxSendMessageBytes", kind: .integer(\.limits.maxSendMessageBytes, 1...int31)),
        // Below 1 KiB no gRPC client's request fits.
        Setting("limits", "maxHeaderListBytes", kind: .integer(\.limits.maxHeaderListBytes, 1024...(16 << 20))),
        // RFC 9113 6.9.2: a stream's window can be set to anything; a connection's starts at 65535 and only grows.
        Setting("limits", "streamWindowBytes", kind: .integer(\.limits.streamWindowBytes, 1024...int31)),
        Setting("limits", "connectionWindowBytes", kind: .integer(\.limits.connectionWindowBytes, 65535...int31)),
        Setting("limits", "maxConnections", kind: .integer(\.limits.maxConnections, 1...int31)),
        Setting("limits", "sendBufferBytes", kind: .integer(\.limits.sendBufferBytes, 1024...int31)),
    ]

    /// The largest window (RFC 9113 6.9.1), and the largest message in the gRPC of most languages.
    private static let int31 = Int(Int32.max)
}
