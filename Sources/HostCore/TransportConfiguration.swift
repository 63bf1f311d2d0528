import GRPCWire
import HostConfiguration
import HostTransport

extension TransportLimits {
    /// The transport's limits as configured.
    init(_ limits: HostConfiguration.Limits) {
        self.init()
        maxConcurrentStreams = limits.maxConcurrentStreams
        maxReceiveMessageBytes = limits.maxReceiveMessageBytes
        maxSendMessageBytes = limits.maxSendMessageBytes
        maxHeaderListBytes = limits.maxHeaderListBytes
        maxHeaderFields = limits.maxHeaderFields
        streamWindowBytes = limits.streamWindowBytes
        connectionWindowBytes = limits.connectionWindowBytes
        maxStreamWindowBytes = limits.maxStreamWindowBytes
        maxConnectionWindowBytes = limits.maxConnectionWindowBytes
        windowBudgetBytes = limits.windowBudgetBytes
        maxConnections = limits.maxConnections
        maxConnectionsPerAddress = limits.maxConnectionsPerAddress
        maxCalls = limits.maxCalls
        maxConnectionsPerSecond = limits.maxConnectionsPerSecond
        maxConnectionsPerSecondPerAddress = limits.maxConnectionsPerSecondPerAddress
        maxCallsPerSecond = limits.maxCallsPerSecond
        maxCallsPerSecondPerConnection = limits.maxCallsPerSecondPerConnection
        maxHeldBytes = limits.maxHeldBytes
        maxControlFramesPerSecond = limits.maxControlFramesPerSecond
        maxResetsPerSecond = limits.maxResetsPerSecond
        handshakeSeconds = limits.handshakeSeconds
        headerSeconds = limits.headerSeconds
        idleSeconds = limits.idleSeconds
        stalledWriteSeconds = limits.stalledWriteSeconds
        keepaliveSeconds = limits.keepaliveSeconds
        keepaliveTimeoutSeconds = limits.keepaliveTimeoutSeconds
        minPingSeconds = limits.minPingSeconds
        permitPingsWithoutCalls = limits.permitPingsWithoutCalls
        connectionAgeSeconds = limits.connectionAgeSeconds
        connectionGraceSeconds = limits.connectionGraceSeconds
        sendBufferBytes = limits.sendBufferBytes
    }
}

extension CompressionPolicy {
    /// The transport's policy as configured.
    init(_ compression: HostConfiguration.Compression) {
        let general = Rule(
            encoding: MessageEncoding(compression.encoding),
            level: compression.level,
            minBytes: compression.minBytes
        )
        var named: [String: Rule] = [:]
        // Services first: their methods go by them.
        for method in compression.methods.sorted(by: { $0.name.count < $1.name.count }) {
            let service = method.name.split(separator: "/").first.map(String.init) ?? method.name
            var rule = named[service] ?? general
            if let encoding = method.encoding { rule.encoding = MessageEncoding(encoding) }
            if let level = method.level { rule.level = level }
            if let minBytes = method.minBytes { rule.minBytes = minBytes }
            named[method.name] = rule
        }
        self.init(general: general, named: named)
    }
}

extension MessageEncoding {
    init(_ encoding: HostConfiguration.Compression.Encoding) {
        switch encoding {
        case .none: self = .identity
        case .gzip: self = .gzip
        case .deflate: self = .deflate
        }
    }
}

extension CallLimit {
    /// The transport's limit as configured.
    init(_ limit: HostConfiguration.CallLimit) {
        self.init(
            service: limit.service,
            method: limit.method,
            maxConcurrent: limit.maxConcurrent,
            maxPerSecond: limit.maxPerSecond
        )
    }
}

extension Transport {
    /// Listens there, and answers the address with the port that the system chose where it was 0.
    func listen(on listener: HostConfiguration.Listener, _ tls: ListenerTLS?) async throws(TransportError) -> String {
        let admission = Admission(
            tls: tls,
            limits: ListenerLimits(
                maxConnections: listener.maxConnections,
                maxConnectionsPerSecond: listener.maxConnectionsPerSecond
            )
        )
        switch listener.address {
        case .ipv4(let host, let port), .hostname(let host, let port):
            return "\(host):\(try await listen(host: host, port: port, admission))"
        case .ipv6(let host, let port):
            return "[\(host)]:\(try await listen(host: host, port: port, admission))"
        case .allInterfaces(let port):
            // "::" takes IPv4 too, unless the machine has no IPv6.
            do throws(TransportError) {
                return "[::]:\(try await listen(host: "::", port: port, admission))"
            } catch {
                return "0.0.0.0:\(try await listen(host: "0.0.0.0", port: port, admission))"
            }
        case .unix(let path):
            try await listen(unixSocket: path, mode: listener.mode, admission)
            return "unix:\(path)"
        }
    }
}
