import PluginLoading
import SwiftProtobuf

/// A request with something in every field, made from a service's descriptors: it gets further into a handler than an empty one.
struct SampleRequest {
    private let messages: [String: Google_Protobuf_DescriptorProto]
    private let set: Google_Protobuf_FileDescriptorSet

    /// `nil`: the service has no descriptors that can be read.
    init?(_ service: PluginService) {
        guard !service.fileDescriptorSet.isEmpty,
            let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: service.fileDescriptorSet)
        else { return nil }
        var messages: [String: Google_Protobuf_DescriptorProto] = [:]
        func add(_ message: Google_Protobuf_DescriptorProto, _ scope: String) {
            let name = "\(scope).\(message.name)"
            messages[name] = message
            for nested in message.nestedType { add(nested, name) }
        }
        for file in set.file {
            for message in file.messageType { add(message, file.package.isEmpty ? "" : ".\(file.package)") }
        }
        self.messages = messages
        self.set = set
    }

    /// The method's request; numbers in it are `number`.
    func bytes(_ method: String, of service: String, number: UInt64 = 3) -> [UInt8]? {
        guard let input = ServiceDescriptor.find(service, in: set)?.method.first(where: { $0.name == method })?.inputType,
            let message = messages[input]
        else { return nil }
        return encode(message, number, depth: 0)
    }

    private func encode(_ message: Google_Protobuf_DescriptorProto, _ number: UInt64, depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var oneofs: Set<Int32> = []
        for field in message.field {
            // One of a choice.
            if field.hasOneofIndex, !oneofs.insert(field.oneofIndex).inserted { continue }
            bytes += encode(field, number, depth: depth)
        }
        return bytes
    }

    private func encode(_ field: Google_Protobuf_FieldDescriptorProto, _ number: UInt64, depth: Int) -> [UInt8] {
        func tagged(_ wire: UInt64, _ value: [UInt8]) -> [UInt8] { varint(UInt64(field.number) << 3 | wire) + value }
        func bytes(_ value: [UInt8]) -> [UInt8] { tagged(2, varint(UInt64(value.count)) + value) }
        switch field.type {
        case .double: return tagged(1, little(Double(number).bitPattern, 8))
        case .float: return tagged(5, little(UInt64(Float(number).bitPattern), 4))
        case .fixed64, .sfixed64: return tagged(1, little(number, 8))
        case .fixed32, .sfixed32: return tagged(5, little(number, 4))
        case .int64, .uint64, .int32, .uint32: return tagged(0, varint(number))
        case .sint32, .sint64: return tagged(0, varint(number << 1))
        case .bool, .enum: return tagged(0, varint(1))
        case .string, .bytes: return bytes(Array("check".utf8))
        case .message:
            // Types may contain themselves.
            guard depth < 4, let message = messages[field.typeName] else { return [] }
            return bytes(encode(message, number, depth: depth + 1))
        case .group: return []
        }
    }

    private func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private func little(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
