import AdminAPI
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import StreamHostClient
import SwiftProtobuf

/// A host's admin service on a Unix socket, whose answers are the test's.
struct FakeAdmin: RegistrableRPCService {
    var status: @Sendable () throws -> Streamhost_Admin_V1_HostStatus = { .init() }
    var reload: @Sendable (Streamhost_Admin_V1_ReloadPluginRequest) throws -> Streamhost_Admin_V1_ReloadVerdict = { _ in .init() }
    var events: [Streamhost_Admin_V1_Event] = []

    /// Runs the service while `body` runs.
    func serving(_ body: @Sendable @escaping (AdminAddress) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("admin-\(UUID().uuidString.prefix(8)).sock").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let transport = HTTP2ServerTransport.Posix(address: .unixDomainSocket(path: path), transportSecurity: .plaintext)
        try await withGRPCServer(transport: transport, services: [self]) { server in
            _ = try await server.listeningAddress
            try await body(.unix(path: path))
        }
    }

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        unary("GetStatus", &router) { (_: Streamhost_Admin_V1_GetStatusRequest) in try status() }
        unary("ReloadPlugin", &router, reload)
        let events = events
        router.registerHandler(
            forMethod: method("WatchEvents"),
            deserializer: ProtobufDeserializer<Streamhost_Admin_V1_WatchEventsRequest>(),
            serializer: ProtobufSerializer<Streamhost_Admin_V1_Event>()
        ) { _, _ in
            StreamingServerResponse { writer in
                for event in events { try await writer.write(event) }
                return [:]
            }
        }
    }

    private func unary<Request: Message, Answer: Message>(
        _ name: String,
        _ router: inout RPCRouter<some ServerTransport>,
        _ handler: @Sendable @escaping (Request) throws -> Answer
    ) {
        router.registerHandler(
            forMethod: method(name),
            deserializer: ProtobufDeserializer<Request>(),
            serializer: ProtobufSerializer<Answer>()
        ) { request, _ in
            let one = try await ServerRequest(stream: request)
            return StreamingServerResponse(single: ServerResponse(message: try handler(one.message)))
        }
    }

    private func method(_ name: String) -> MethodDescriptor {
        MethodDescriptor(fullyQualifiedService: "streamhost.admin.v1.Admin", method: name)
    }
}
