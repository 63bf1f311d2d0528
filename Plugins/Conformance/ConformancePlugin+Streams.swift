import ConformanceAPI
import Foundation
import StreamHostPlugin
import SwiftProtobuf

extension ConformancePlugin {
    @Sendable static func serverStream(
        _ request: Connectrpc_Conformance_V1_ServerStreamRequest,
        _ writer: ResponseWriter<Connectrpc_Conformance_V1_ServerStreamResponse>,
        _ context: CallContext
    ) async throws {
        guard request.hasResponseDefinition else { return }
        context.compressAnswers(context.requestWasCompressed)
        var observed = Observed()
        try observed.append(request)
        let definition = request.responseDefinition
        try begin(definition, context)
        for (index, data) in definition.responseData.enumerated() {
            try await pause(definition, context)
            let payload = Payload.with {
                $0.data = data
                if index == 0 { $0.requestInfo = observed.info(context) }
            }
            try await writer.write(.with { $0.payload = payload })
        }
        try end(definition, hasAnswered: !definition.responseData.isEmpty, observed, context)
    }

    @Sendable static func bidiStream(
        _ requests: RequestStream<Connectrpc_Conformance_V1_BidiStreamRequest>,
        _ writer: ResponseWriter<Connectrpc_Conformance_V1_BidiStreamResponse>,
        _ context: CallContext
    ) async throws {
        var iterator = requests.makeAsyncIterator()
        guard let first = try await iterator.next() else { return }
        context.compressAnswers(requests.lastWasCompressed)
        let definition = first.responseDefinition
        if first.hasResponseDefinition { try begin(definition, context) }
        var observed = Observed()
        var sent = 0
        func write(_ data: Data, _ info: RequestInfo?) async throws {
            try await pause(definition, context)
            let payload = Payload.with {
                $0.data = data
                if let info { $0.requestInfo = info }
            }
            try await writer.write(.with { $0.payload = payload })
            sent += 1
        }

        var next: Connectrpc_Conformance_V1_BidiStreamRequest? = first
        while let request = next {
            try observed.append(request)
            if first.fullDuplex {
                // A request that has no answer ends the call, as the definition says.
                guard sent < definition.responseData.count else { break }
                let info = sent == 0 ? observed.info(context) : nil
                let requests = observed.takeRequests()
                try await write(definition.responseData[sent], info ?? requests)
            }
            next = try await iterator.next()
        }
        // Of half duplex all; of full duplex those that had no request.
        while sent < definition.responseData.count {
            try await write(definition.responseData[sent], sent == 0 ? observed.info(context) : nil)
        }
        try end(definition, hasAnswered: sent > 0, observed, context)
    }

    /// The headers leave at once: a client may wait for them.
    private static func begin(_ definition: Connectrpc_Conformance_V1_StreamResponseDefinition, _ context: CallContext) throws {
        try context.sendInitialMetadata(try HeaderText.metadata(definition.responseHeaders))
        context.addTrailers(try HeaderText.metadata(definition.responseTrailers))
    }

    private static func pause(
        _ definition: Connectrpc_Conformance_V1_StreamResponseDefinition,
        _ context: CallContext
    ) async throws {
        if definition.responseDelayMs > 0 { try await context.sleep(for: .milliseconds(definition.responseDelayMs)) }
    }

    private static func end(
        _ definition: Connectrpc_Conformance_V1_StreamResponseDefinition,
        hasAnswered: Bool,
        _ observed: Observed,
        _ context: CallContext
    ) throws {
        if definition.hasError { throw try RPCError(definition.error, hasAnswered ? nil : observed.info(context)) }
    }
}
