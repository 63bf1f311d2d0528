import GRPCWire
import HostTransport

/// `grpc.reflection.v1.ServerReflection`, and the same by the name that it had before: what the server serves, for clients without its
/// `.proto` files.
struct ReflectionService: Sendable {
    let board: DescriptorBoard

    /// Its methods, to be served beside the plugins'.
    func handlers(loops: Int) -> [any CallHandler] {
        let group = CallGroup(loops: loops)
        return ["v1", "v1alpha"].map { version in
            ReflectionInfo("/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo", group, board)
        }
    }
}
