import ConformanceAPI
import StreamHostPlugin

/// connectrpc.conformance.v1.ConformanceService: the server under test of the connectrpc project's conformance suite. Unimplemented is left out,
/// as the suite wants it. Answers are compressed where the first request was, so that both ways are tested alike.
/// Source: `docs/testing_servers.md` of the connectrpc/conformance repository, and its reference server.
package struct ConformancePlugin: Plugin {
    package static let name = "conformance"
    package static let version = "1.0.0"

    package init(context: PluginContext) throws {}

    package func register(in registry: ServiceRegistry) throws {
        let descriptors = ConformanceDescriptors.fileDescriptorSet
        try registry.add("connectrpc.conformance.v1.ConformanceService", fileDescriptorSet: descriptors) { service in
            service.unary("Unary", Self.unary)
            service.unary("IdempotentUnary", Self.idempotentUnary)
            service.serverStreaming("ServerStream", Self.serverStream)
            service.clientStreaming("ClientStream", Self.clientStream)
            service.bidirectional("BidiStream", Self.bidiStream)
        }
    }
}
