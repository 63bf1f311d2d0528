import GRPCWire
import HostTransport
import StandardAPI
import SwiftProtobuf

/// `grpc.health.v1.Health`: whether services take new calls, for load balancers and for clients that watch.
struct HealthService: Sendable {
    let board: HealthBoard

    private static let service = "grpc.health.v1.Health"

    /// Its methods, to be served beside the plugins'.
    func handlers(loops: Int) -> [any CallHandler] {
        let group = CallGroup(loops: loops)
        return [
            BuiltInMethod("/\(Self.service)/Check", group, check),
            BuiltInMethod("/\(Self.service)/List", group, list),
            HealthWatch("/\(Self.service)/Watch", group, board),
        ]
    }

    @Sendable private func check(_ request: Grpc_Health_V1_HealthCheckRequest) async throws(MethodFailure)
        -> Grpc_Health_V1_HealthCheckResponse
    {
        let state = board.state(of: request.service)
        guard state != .unknown else { throw MethodFailure(.notFound, "found no service \"\(request.service)\"") }
        return Grpc_Health_V1_HealthCheckResponse(state)
    }

    @Sendable private func list(_ request: Grpc_Health_V1_HealthListRequest) async throws(MethodFailure)
        -> Grpc_Health_V1_HealthListResponse
    {
        .with { $0.statuses = board.states.mapValues { Grpc_Health_V1_HealthCheckResponse($0) } }
    }
}

extension Grpc_Health_V1_HealthCheckResponse {
    init(_ state: HealthBoard.State) {
        self.init()
        switch state {
        case .serving: status = .serving
        case .notServing: status = .notServing
        case .unknown: status = .serviceUnknown
        }
    }
}
