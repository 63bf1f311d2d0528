import ConformanceAPI
import Foundation
import HostConfiguration
import HostCore
import Logging
import SwiftProtobuf

/// A host that serves the conformance plugin, as a request asks.
struct ConformanceServer {
    /// Where it listens.
    let response: Connectrpc_Conformance_V1_ServerCompatResponse
    private let host: HostCore.Host
    private let folder: PrivateFolder

    init(_ request: Connectrpc_Conformance_V1_ServerCompatRequest) async throws {
        try Self.check(request)
        let folder = try PrivateFolder()
        do {
            let configuration = try HostConfiguration.load(
                file: try HostFile(request, in: folder).write(to: folder),
                environment: ProcessInfo.processInfo.environment
            )
            let level = HostLogHandler.SharedLevel(configuration.log.level)
            let logger = Logger(label: "streamhost") { _ in HostLogHandler(format: configuration.log.format, level: level) }
            host = try await HostCore.Host.start(configuration, logger: logger, logLevel: level, onEnd: {})
        } catch {
            folder.remove()
            throw error
        }
        self.folder = folder
        let port = host.addresses.first.flatMap { UInt32($0.drop { $0 != ":" }.dropFirst()) }
        response = .with {
            $0.host = HostFile.address
            $0.port = port ?? 0
            $0.pemCert = request.serverCreds.cert
        }
    }

    private static func check(_ request: Connectrpc_Conformance_V1_ServerCompatRequest) throws {
        guard request.protocol == .grpc else {
            throw Failure(.badRequest, "found the protocol \(request.protocol), wanted PROTOCOL_GRPC (2): this host speaks no other")
        }
        guard request.httpVersion == .httpVersion2 else {
            throw Failure(.badRequest, "found the HTTP version \(request.httpVersion), wanted HTTP_VERSION_2 (2), which gRPC needs")
        }
        guard !request.useTls || request.hasServerCreds else {
            throw Failure(.badRequest, "found use_tls without server_creds, wanted a certificate and its key: this launcher makes none")
        }
    }

    /// Ends the host, and leaves nothing behind.
    func stop() async {
        await host.shutDown()
        folder.remove()
    }
}
