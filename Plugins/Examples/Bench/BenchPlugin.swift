import Foundation
import StreamHostPlugin
import SwiftProtobuf

/// bench.Bench with the Swift SDK: what `libecho-c.so` does in C, for measuring what the SDK costs.
///
/// Like that one it shows metadata, status and time for tests: request metadata named "echo-..." comes back as initial metadata, "trail-..."
/// as trailing metadata; "bench-status" and "bench-message" say how the call ends; "bench-delay-ms" delays a unary answer.
package struct BenchPlugin: Plugin {
    package static let name = "bench"
    package static let version = "1.0.0"

    // What a server streaming call may ask for.
    private static let mostBytes = 64 * 1024 * 1024

    package init(context: PluginContext) throws {}

    package func register(in registry: ServiceRegistry) throws {
        try registry.add("bench.Bench", fileDescriptorSet: BenchDescriptors.fileDescriptorSet) { service in
            service.unary("Unary", Self.unary)
            service.serverStreaming("ServerStream", Self.serverStream)
            service.clientStreaming("ClientStream", Self.clientStream)
            service.bidirectional("Bidi", Self.bidi)
        }
    }

    @Sendable private static func unary(_ request: Bench_Payload, _ context: CallContext) async throws -> Bench_Payload {
        let options = try CallOptions(context)
        if let delay = options?.delay { try await context.sleep(for: delay) }
        try options?.end()
        return request
    }

    @Sendable private static func serverStream(
        _ request: Bench_StreamReq,
        _ writer: ResponseWriter<Bench_Payload>,
        _ context: CallContext
    ) async throws {
        let options = try CallOptions(context)
        guard request.count >= 0, request.size >= 0, request.size <= mostBytes else {
            throw RPCError(.invalidArgument, "count and size must not be negative, and size at most 64 MiB")
        }
        let payload = Bench_Payload.with { $0.data = Data(repeating: UInt8(ascii: "x"), count: Int(request.size)) }
        for _ in 0..<request.count { try await writer.write(payload) }
        try options?.end()
    }

    @Sendable private static func clientStream(
        _ requests: RequestStream<Bench_Payload>,
        _ context: CallContext
    ) async throws -> Bench_Summary {
        let options = try CallOptions(context)
        var summary = Bench_Summary()
        for try await request in requests {
            summary.messages += 1
            summary.bytes += Int64(request.data.count)
        }
        try options?.end()
        return summary
    }

    @Sendable private static func bidi(
        _ requests: RequestStream<Bench_Payload>,
        _ writer: ResponseWriter<Bench_Payload>,
        _ context: CallContext
    ) async throws {
        let options = try CallOptions(context)
        for try await request in requests { try await writer.write(request) }
        try options?.end()
    }
}
