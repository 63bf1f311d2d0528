import CStreamHost
import PluginLoading
import SwiftProtobuf

/// A service's descriptors, held against what it has registered.
enum ServiceDescriptor {
    /// What doesn't fit; `nil`: all does.
    static func mismatch(_ service: PluginService) -> Reason? {
        let set: Google_Protobuf_FileDescriptorSet
        do {
            set = try Google_Protobuf_FileDescriptorSet(serializedBytes: service.fileDescriptorSet)
        } catch {
            return Reason(
                found: "\(service.name): \(service.fileDescriptorSet.count) bytes that are no FileDescriptorSet",
                wanted: "a serialized google.protobuf.FileDescriptorSet",
                todo: "take what `protoc --include_imports --descriptor_set_out=...` writes, whole"
            )
        }
        let names = Set(set.file.map(\.name))
        for file in set.file {
            if let missing = file.dependency.first(where: { !names.contains($0) }) {
                return Reason(
                    found: "\(service.name): \(file.name) imports \(missing), which is not in the set",
                    wanted: "every imported file in the set",
                    todo: "run protoc with --include_imports"
                )
            }
        }
        guard let described = find(service.name, in: set) else {
            let found = set.file.flatMap { file in file.service.map { file.package.isEmpty ? $0.name : "\(file.package).\($0.name)" } }
            return Reason(
                found: "\(service.name): the descriptors have \(found.isEmpty ? "no service" : found.joined(separator: ", "))",
                wanted: "\(service.name)",
                todo: "register the service by its full name in the .proto file, or give that file's descriptors"
            )
        }
        return mismatch(service, described)
    }

    static func find(_ name: String, in set: Google_Protobuf_FileDescriptorSet) -> Google_Protobuf_ServiceDescriptorProto? {
        for file in set.file {
            for service in file.service where (file.package.isEmpty ? service.name : "\(file.package).\(service.name)") == name {
                return service
            }
        }
        return nil
    }

    private static func mismatch(_ service: PluginService, _ described: Google_Protobuf_ServiceDescriptorProto) -> Reason? {
        for method in service.methods {
            guard let own = described.method.first(where: { $0.name == method.name }) else {
                return Reason(
                    found: "\(service.name)/\(method.name) is registered, and not in the descriptors",
                    wanted: "the methods of the .proto file: \(described.method.map(\.name).joined(separator: ", "))",
                    todo: "make the descriptors anew from the .proto file, or rename the method"
                )
            }
            guard own.clientStreaming == method.clientStreams, own.serverStreaming == method.serverStreams else {
                return Reason(
                    found: "\(service.name)/\(method.name) is registered as \(kind(method.clientStreams, method.serverStreams))",
                    wanted: "\(kind(own.clientStreaming, own.serverStreaming)), as the descriptors say",
                    todo: "register it with the kind that it has in the .proto file, or make the descriptors anew"
                )
            }
        }
        if let missing = described.method.first(where: { own in !service.methods.contains { $0.name == own.name } }) {
            return Reason(
                found: "\(service.name)/\(missing.name) is in the descriptors, and not registered",
                wanted: "every method of the service: clients get UNIMPLEMENTED",
                todo: "register it, be it with an answer of UNIMPLEMENTED of its own"
            )
        }
        return nil
    }

    private static func kind(_ clientStreams: Bool, _ serverStreams: Bool) -> String {
        switch (clientStreams, serverStreams) {
        case (false, false): "SH_UNARY"
        case (true, false): "SH_CLIENT_STREAMING"
        case (false, true): "SH_SERVER_STREAMING"
        case (true, true): "SH_BIDIRECTIONAL"
        }
    }
}
