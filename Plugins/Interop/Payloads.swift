import Foundation
import StreamHostPlugin
import SwiftProtobuf

extension Grpc_Testing_Payload {
    // More than any case asks for, and little enough for a test server.
    private static let mostBytes = 64 * 1024 * 1024

    /// A payload of that many zeros.
    /// - Throws: INVALID_ARGUMENT where there is no such payload.
    static func zeros(_ count: Int32, _ type: Grpc_Testing_PayloadType) throws -> Grpc_Testing_Payload {
        guard type == .compressable else {
            throw RPCError(.invalidArgument, "found the payload type \(type.rawValue), wanted 0 (COMPRESSABLE), which is all there is")
        }
        guard count >= 0, count <= mostBytes else {
            throw RPCError(.invalidArgument, "found a payload size of \(count), wanted 0 to \(mostBytes)")
        }
        return .with { $0.body = Data(count: Int(count)) }
    }
}
