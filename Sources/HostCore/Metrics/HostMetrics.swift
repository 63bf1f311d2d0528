import HostConfiguration
import HostTransport
import MetricsEndpoint
import PrometheusMetrics

/// What the host exports, and where. `docs/metrics.md` tells of each metric.
///
/// What is counted at each call and message is kept by the transport in plain counters, and told when Prometheus comes; what happens seldom, such
/// as a reload, goes through swift-metrics' instruments, whose factory the registry is.
final class HostMetrics: Sendable {
    private let server: MetricsServer
    private let wanted: ListenAddress

    /// Tells metrics there from now on.
    static func serve(
        at address: ListenAddress,
        _ registry: PrometheusRegistry,
        _ transport: Transport,
        _ plugins: PluginManager
    ) async throws(HostError) -> HostMetrics {
        registry.add { [ConnectionFamilies.build] + ProcessFamilies.families() + ConnectionFamilies.families(transport) }
        // Not kept by the registry, which the plugins keep for their instruments.
        registry.add { [weak plugins] in
            CallFamilies.families(await plugins?.methodCounts ?? [], unserved: transport.unservedCounts)
                + PluginFamilies.families(await plugins?.pluginFacts ?? [])
        }
        do {
            let server = try await listen(at: address) { [registry] in PrometheusText.encode(await registry.families()) }
            transport.watchLag()
            return HostMetrics(server, address)
        } catch let error as HostError {
            throw error
        } catch {
            throw HostError(code: .listenFailed, message: "no metrics: \(TransportError.listen("\(address)", error).message)")
        }
    }

    private init(_ server: MetricsServer, _ wanted: ListenAddress) {
        self.server = server
        self.wanted = wanted
    }

    private static func listen(at address: ListenAddress, _ content: @escaping MetricsServer.Content) async throws -> MetricsServer {
        func listen(_ host: String, _ port: Int) async throws -> MetricsServer {
            try await MetricsServer.listen(host: host, port: port, contentType: PrometheusText.contentType, content: content)
        }
        switch address {
        case .ipv4(let host, let port), .hostname(let host, let port), .ipv6(let host, let port):
            return try await listen(host, port)
        case .allInterfaces(let port):
            // "::" takes IPv4 too, unless the machine has no IPv6.
            do { return try await listen("::", port) } catch { return try await listen("0.0.0.0", port) }
        case .unix(let path):
            guard !UnixSocket.isServed(path) else {
                throw HostError(
                    code: .listenFailed,
                    message: "no metrics: another process listens on \(address): end it, or choose another path"
                )
            }
            return try await MetricsServer.listen(unixSocket: path, contentType: PrometheusText.contentType, content: content)
        }
    }

    /// Where it listens, with the port that the system chose where it was 0.
    var address: ListenAddress {
        guard let port = server.port else { return wanted }
        switch wanted {
        case .ipv4(let host, _): return .ipv4(host: host, port: port)
        case .ipv6(let host, _): return .ipv6(host: host, port: port)
        case .hostname(let host, _): return .hostname(host, port: port)
        case .allInterfaces: return .allInterfaces(port: port)
        case .unix: return wanted
        }
    }

    func stop() async { await server.stop() }
}
