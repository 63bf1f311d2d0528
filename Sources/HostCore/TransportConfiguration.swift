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
        streamWindowBytes = limits.streamWindowBytes
        connectionWindowBytes = limits.connectionWindowBytes
        maxConnections = limits.maxConnections
        sendBufferBytes = limits.sendBufferBytes
    }
}

extension Transport {
    /// Listens there, and answers the address with the port that the system chose where it was 0.
    func listen(on address: ListenAddress) async throws(TransportError) -> String {
        switch address {
        case .ipv4(let host, let port), .hostname(let host, let port):
            return "\(host):\(try await listen(host: host, port: port))"
        case .ipv6(let host, let port):
            return "[\(host)]:\(try await listen(host: host, port: port))"
        case .allInterfaces(let port):
            // "::" takes IPv4 too, unless the machine has no IPv6.
            do throws(TransportError) {
                return "[::]:\(try await listen(host: "::", port: port))"
            } catch {
                return "0.0.0.0:\(try await listen(host: "0.0.0.0", port: port))"
            }
        case .unix(let path):
            try await listen(unixSocket: path)
            return "unix:\(path)"
        }
    }
}
