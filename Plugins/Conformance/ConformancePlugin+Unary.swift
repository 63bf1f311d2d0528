import ConformanceAPI
import StreamHostPlugin
import SwiftProtobuf

typealias Payload = Connectrpc_Conformance_V1_ConformancePayload

extension ConformancePlugin {
    @Sendable static func unary(
        _ request: Connectrpc_Conformance_V1_UnaryRequest,
        _ context: CallContext
    ) async throws -> Connectrpc_Conformance_V1_UnaryResponse {
        context.compressAnswers(context.requestWasCompressed)
        var observed = Observed()
        try observed.append(request)
        let payload = try await answer(request.hasResponseDefinition ? request.responseDefinition : nil, observed, context)
        return .with { $0.payload = payload }
    }

    @Sendable static func idempotentUnary(
        _ request: Connectrpc_Conformance_V1_IdempotentUnaryRequest,
        _ context: CallContext
    ) async throws -> Connectrpc_Conformance_V1_IdempotentUnaryResponse {
        context.compressAnswers(context.requestWasCompressed)
        var observed = Observed()
        try observed.append(request)
        let payload = try await answer(request.hasResponseDefinition ? request.responseDefinition : nil, observed, context)
        return .with { $0.payload = payload }
    }

    @Sendable static func clientStream(
        _ requests: RequestStream<Connectrpc_Conformance_V1_ClientStreamRequest>,
        _ context: CallContext
    ) async throws -> Connectrpc_Conformance_V1_ClientStreamResponse {
        var observed = Observed()
        var first: Connectrpc_Conformance_V1_ClientStreamRequest?
        for try await request in requests {
            if first == nil {
                first = request
                context.compressAnswers(requests.lastWasCompressed)
            }
            try observed.append(request)
        }
        let definition = first.flatMap { $0.hasResponseDefinition ? $0.responseDefinition : nil }
        let payload = try await answer(definition, observed, context)
        return .with { $0.payload = payload }
    }

    private static func answer(
        _ definition: Connectrpc_Conformance_V1_UnaryResponseDefinition?,
        _ observed: Observed,
        _ context: CallContext
    ) async throws -> Payload {
        var payload = Payload.with { $0.requestInfo = observed.info(context) }
        guard let definition else { return payload }
        let headers = try HeaderText.metadata(definition.responseHeaders)
        if !headers.entries.isEmpty { try context.sendInitialMetadata(headers) }
        context.addTrailers(try HeaderText.metadata(definition.responseTrailers))
        if definition.responseDelayMs > 0 { try await context.sleep(for: .milliseconds(definition.responseDelayMs)) }
        switch definition.response {
        case .error(let error): throw try RPCError(error, payload.requestInfo)
        case .responseData(let data): payload.data = data
        case nil: break
        }
        return payload
    }
}

extension RPCError {
    /// The error that the definition wants, with what was seen as the last of its details.
    init(_ wanted: Connectrpc_Conformance_V1_Error, _ info: RequestInfo?) throws {
        let more = try info.map { [try Google_Protobuf_Any(message: $0)] } ?? []
        try self.init(Code(rawValue: Int32(clamping: wanted.code.rawValue)), wanted.message, statusDetails: wanted.details + more)
    }
}
