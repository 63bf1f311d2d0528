import StreamHostPlugin

/// grpc.testing.TestService and xds.service.orca.v3.OpenRcaService: the server's side of the gRPC project's interoperability cases, so that
/// its clients can be run against this host. UnimplementedCall and UnimplementedService are left out, as the cases want it.
/// Source: `doc/interop-test-descriptions.md` of the gRPC repository.
package struct InteropPlugin: Plugin {
    package static let name = "interop"
    package static let version = "1.0.0"

    private let test: TestService
    private let load: OpenRcaService

    package init(context: PluginContext) throws {
        let configuration = try context.configuration(as: InteropConfiguration.self)
        let reports = LoadReports()
        test = TestService(reports: reports)
        load = OpenRcaService(reports: reports, shortestInterval: .milliseconds(configuration.shortestReportIntervalMs))
    }

    package func register(in registry: ServiceRegistry) throws {
        try registry.add("grpc.testing.TestService", fileDescriptorSet: TestDescriptors.fileDescriptorSet) { service in
            // They are short: they may stay with the code that they began with.
            service.unary("EmptyCall") { (request: Grpc_Testing_Empty, _) in request }
            service.unary("UnaryCall", test.unary)
            service.unary("CacheableUnaryCall", test.cacheableUnary)
            service.serverStreaming("StreamingOutputCall", reload: .migrate, test.streamingOutput)
            service.clientStreaming("StreamingInputCall", reload: .migrate, test.streamingInput)
            service.bidirectional("FullDuplexCall", reload: .migrate, test.fullDuplex)
            // What it has taken would have to be in each checkpoint.
            service.bidirectional("HalfDuplexCall", test.halfDuplex)
        }
        try registry.add("xds.service.orca.v3.OpenRcaService", fileDescriptorSet: OrcaDescriptors.fileDescriptorSet) { service in
            service.serverStreaming("StreamCoreMetrics", reload: .migrate, load.streamCoreMetrics)
        }
    }
}
