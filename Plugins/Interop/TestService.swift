import Foundation
import Glibc
import StreamHostPlugin
import SwiftProtobuf

/// The methods with one answer. Those that stream are in files of their own.
struct TestService: Sendable {
    let reports: LoadReports
    private let hostname: String
    // The same over reloads, as it is still the same server.
    private let serverID: String

    init(reports: LoadReports) {
        self.reports = reports
        hostname = Self.machine()
        serverID = "\(hostname)-\(getpid())"
    }

    private static func machine() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    @Sendable func unary(
        _ request: Grpc_Testing_SimpleRequest,
        _ context: CallContext
    ) async throws -> Grpc_Testing_SimpleResponse {
        // Before the headers, which say that there is an encoding.
        if request.hasResponseCompressed { context.compressAnswers(request.responseCompressed.value) }
        try CallOptions.echoMetadata(context)
        if request.hasExpectCompressed { try CallOptions.check(request.expectCompressed, isCompressed: context.requestWasCompressed) }
        if request.hasOrcaPerQueryReport {
            let report = Xds_Data_Orca_V3_OrcaLoadReport(request.orcaPerQueryReport)
            context.addTrailers(Metadata([.init(name: "endpoint-load-metrics-bin", value: try report.serializedBytes())]))
        }
        if request.hasResponseStatus { try CallOptions.echo(request.responseStatus) }
        return try .with {
            $0.payload = try .zeros(request.responseSize, request.responseType)
            if request.fillServerID { $0.serverID = serverID }
            // The subject of the certificate that the client has shown, and its names.
            if request.fillUsername, let client = context.peerIdentity {
                $0.username = ([client.subject] + client.names).joined(separator: " ")
            }
            $0.hostname = hostname
        }
    }

    /// The time, in a payload. The request's content is of no account.
    @Sendable func cacheableUnary(
        _ request: Grpc_Testing_SimpleRequest,
        _ context: CallContext
    ) async throws -> Grpc_Testing_SimpleResponse {
        var headers = Metadata()
        headers.add("cache-control", "max-age=60, public")
        try context.sendInitialMetadata(headers)
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let text = "\(Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec))"
        return .with { $0.payload.body = Data(text.utf8) }
    }
}
