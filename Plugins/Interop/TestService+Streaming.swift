import StreamHostPlugin
import SwiftProtobuf

extension TestService {
    typealias OutputWriter = ResponseWriter<Grpc_Testing_StreamingOutputCallResponse>

    /// Between two answers the call may move to another generation: its checkpoint is the number of answers that were sent.
    @Sendable func streamingOutput(
        _ request: Grpc_Testing_StreamingOutputCallRequest,
        _ writer: OutputWriter,
        _ context: CallContext
    ) async throws {
        Self.announceCompression(request, context)
        try CallOptions.echoMetadata(context)
        if request.hasResponseStatus { return try CallOptions.echo(request.responseStatus) }
        var sent = Int(try context.resumed(as: UInt32.self) ?? 0)
        for parameters in request.responseParameters.dropFirst(sent) {
            try context.checkpoint(sent)
            try await answer(parameters, request.responseType, writer, context)
            sent += 1
        }
    }

    /// Where no request is at hand the call may move: its checkpoint is the sum so far.
    @Sendable func streamingInput(
        _ requests: RequestStream<Grpc_Testing_StreamingInputCallRequest>,
        _ context: CallContext
    ) async throws -> Grpc_Testing_StreamingInputCallResponse {
        try CallOptions.echoMetadata(context)
        var sum = try context.resumed(as: Int.self) ?? 0
        var iterator = requests.makeAsyncIterator()
        while true {
            if !requests.isNextReady { try context.checkpoint(sum) }
            guard let request = try await iterator.next() else { break }
            if request.hasExpectCompressed { try CallOptions.check(request.expectCompressed, isCompressed: requests.lastWasCompressed) }
            sum += request.payload.body.count
        }
        return .with { $0.aggregatedPayloadSize = Int32(clamping: sum) }
    }

    /// Between two requests the call may move: its checkpoint is the load report that it has set, if any.
    @Sendable func fullDuplex(
        _ requests: RequestStream<Grpc_Testing_StreamingOutputCallRequest>,
        _ writer: OutputWriter,
        _ context: CallContext
    ) async throws {
        try CallOptions.echoMetadata(context)
        let report = reports.makeHold()
        defer { report.release() }
        if let bytes = context.resumedBytes, !bytes.isEmpty {
            try await report.set(try Self.report(bytes, context), context)
        }
        var iterator = requests.makeAsyncIterator()
        while true {
            if !requests.isNextReady { try context.checkpoint(bytes: try report.encoded()) }
            guard let request = try await iterator.next() else { return }
            if request.hasResponseStatus { return try CallOptions.echo(request.responseStatus) }
            Self.announceCompression(request, context)
            // Before the answers: who has one may look at the report.
            if request.hasOrcaOobReport { try await report.set(.init(request.orcaOobReport), context) }
            for parameters in request.responseParameters {
                try await answer(parameters, request.responseType, writer, context)
            }
        }
    }

    private static func report(_ bytes: [UInt8], _ context: CallContext) throws -> Xds_Data_Orca_V3_OrcaLoadReport {
        do {
            return try Xds_Data_Orca_V3_OrcaLoadReport(serializedBytes: bytes)
        } catch {
            throw context.unusableCheckpoint("it is no load report: \(error)")
        }
    }

    /// Keeps what the requests ask for, and answers it when the client has sent its last one.
    @Sendable func halfDuplex(
        _ requests: RequestStream<Grpc_Testing_StreamingOutputCallRequest>,
        _ writer: OutputWriter,
        _ context: CallContext
    ) async throws {
        try CallOptions.echoMetadata(context)
        var wanted: [(parameters: Grpc_Testing_ResponseParameters, type: Grpc_Testing_PayloadType)] = []
        for try await request in requests {
            if request.hasResponseStatus { return try CallOptions.echo(request.responseStatus) }
            guard wanted.count + request.responseParameters.count <= Self.mostKept else {
                throw RPCError(.resourceExhausted, "found more than \(Self.mostKept) response_parameters before the half-close")
            }
            Self.announceCompression(request, context)
            wanted += request.responseParameters.map { ($0, request.responseType) }
        }
        for (parameters, type) in wanted { try await answer(parameters, type, writer, context) }
    }

    // What one call may have the server remember.
    private static let mostKept = 10_000

    // The first answer may be one that isn't compressed, and with it the headers leave, which say whether others may be.
    private static func announceCompression(_ request: Grpc_Testing_StreamingOutputCallRequest, _ context: CallContext) {
        if request.responseParameters.contains(where: \.compressed.value) { context.compressAnswers(true) }
    }

    private func answer(
        _ parameters: Grpc_Testing_ResponseParameters,
        _ type: Grpc_Testing_PayloadType,
        _ writer: OutputWriter,
        _ context: CallContext
    ) async throws {
        if parameters.intervalUs > 0 { try await context.sleep(for: .microseconds(Int64(parameters.intervalUs))) }
        if parameters.hasCompressed { context.compressAnswers(parameters.compressed.value) }
        try await writer.write(.with { $0.payload = try .zeros(parameters.size, type) })
    }
}
