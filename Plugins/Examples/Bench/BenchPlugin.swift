import Foundation
import StreamHostPlugin
import SwiftProtobuf

/// bench.Bench with the Swift SDK: what `libecho-c.so` does in C, for measuring what the SDK costs.
///
/// Like that one it shows metadata, status and time for tests: request metadata named "echo-..." comes back as initial metadata, "trail-..."
/// as trailing metadata; "bench-status" and "bench-message" say how the call ends, with "bench-details-bin" as its details and
/// "bench-pushback-ms" as what a client that tries again is told; "bench-delay-ms" delays a unary answer; "bench-interval-ms" is a
/// pause before each but the first payload of a server stream, and "bench-number" makes each begin with its number and a colon;
/// "bench-compress" 1 or 0 has the answers compressed or not. With a `tag` in the configuration all payloads that are answered end with it.
/// Streams go on over a reload.
package struct BenchPlugin: Plugin {
    package static let name = "bench"
    package static let version = "1.0.0"

    // What a server streaming call may ask for.
    private static let mostBytes = 64 * 1024 * 1024

    // Set where there is one.
    private let tag: Data?

    package init(context: PluginContext) throws {
        let tag = try context.configuration(as: BenchConfiguration.self).tag
        self.tag = tag.isEmpty ? nil : Data(tag.utf8)
    }

    package func register(in registry: ServiceRegistry) throws {
        try registry.add("bench.Bench", fileDescriptorSet: BenchDescriptors.fileDescriptorSet) { service in
            // It is short: it may stay with the code that it began with.
            service.unary("Unary", reload: .pin, unary)
            service.serverStreaming("ServerStream", reload: .migrate, serverStream)
            service.clientStreaming("ClientStream", reload: .migrate, clientStream)
            service.bidirectional("Bidi", reload: .migrate, bidi)
        }
    }

    private func tagged(_ payload: Bench_Payload) -> Bench_Payload {
        guard let tag else { return payload }
        return .with { $0.data = payload.data + tag }
    }

    @Sendable private func unary(_ request: Bench_Payload, _ context: CallContext) async throws -> Bench_Payload {
        let options = try CallOptions(context)
        if let delay = options?.delay { try await context.sleep(for: delay) }
        try options?.end()
        return tagged(request)
    }

    @Sendable private func serverStream(
        _ request: Bench_StreamReq,
        _ writer: ResponseWriter<Bench_Payload>,
        _ context: CallContext
    ) async throws {
        let options = try CallOptions(context)
        guard request.count >= 0, request.size >= 0, request.size <= Self.mostBytes else {
            throw RPCError(.invalidArgument, "count and size must not be negative, and size at most 64 MiB")
        }
        let plain = Data(repeating: UInt8(ascii: "x"), count: Int(request.size))
        var payload = tagged(.with { $0.data = plain })
        var progress = try Progress(context)
        try progress.checkpoint(in: context)
        while progress.messages < request.count {
            if options?.isNumbered == true { payload = tagged(Self.number(progress.messages, plain)) }
            try await writer.write(payload)
            progress.messages += 1
            if let interval = options?.interval {
                try progress.checkpoint(in: context)
                if progress.messages < request.count { try await context.sleep(for: interval) }
            } else if progress.messages % Self.checkpointEvery == 0 {
                try progress.checkpoint(in: context)
            }
        }
        try options?.end()
    }

    // A stream without pauses is soon at its next checkpoint: that need not be at each message.
    private static let checkpointEvery: Int64 = 32

    // The data begins with the number, as far as it has room.
    private static func number(_ number: Int64, _ plain: Data) -> Bench_Payload {
        let text = Data("\(number):".utf8)
        return .with { $0.data = text.count <= plain.count ? text + plain.dropFirst(text.count) : plain }
    }

    @Sendable private func clientStream(
        _ requests: RequestStream<Bench_Payload>,
        _ context: CallContext
    ) async throws -> Bench_Summary {
        let options = try CallOptions(context)
        var progress = try Progress(context)
        var iterator = requests.makeAsyncIterator()
        while true {
            if !requests.isNextReady { try progress.checkpoint(in: context) }
            guard let request = try await iterator.next() else { break }
            progress.messages += 1
            progress.bytes += Int64(request.data.count)
        }
        try options?.end()
        return .with {
            $0.messages = progress.messages
            $0.bytes = progress.bytes
        }
    }

    @Sendable private func bidi(
        _ requests: RequestStream<Bench_Payload>,
        _ writer: ResponseWriter<Bench_Payload>,
        _ context: CallContext
    ) async throws {
        let options = try CallOptions(context)
        var iterator = requests.makeAsyncIterator()
        while true {
            // Each answer depends on its request alone: there is nothing to remember.
            if !requests.isNextReady { try context.checkpoint() }
            guard let request = try await iterator.next() else { break }
            try await writer.write(tagged(request))
        }
        try options?.end()
    }
}
