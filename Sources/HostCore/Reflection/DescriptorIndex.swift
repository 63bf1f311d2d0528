import Foundation
import SwiftProtobuf

/// What is known of the types behind services: `.proto` files by name, by what they declare, and by what they extend.
struct DescriptorIndex: Sendable {
    private struct File: Sendable {
        let bytes: Data
        let needs: [String]
    }

    private struct ExtensionKey: Hashable {
        let type: String
        let number: Int32
    }

    /// Full names of services, in the order in which they came; also of those that nothing else is known of.
    private(set) var services: [String] = []
    private var files: [String: File] = [:]
    private var declaredIn: [String: String] = [:]
    private var extendedIn: [ExtensionKey: String] = [:]
    private var numbers: [String: [Int32]] = [:]

    /// Adds a service, and what its serialized `FileDescriptorSet` tells; what is no such set tells nothing. Of files with one name the first
    /// one counts.
    mutating func add(_ service: String, _ fileDescriptorSet: [UInt8]) {
        services.append(service)
        guard let set = try? Google_Protobuf_FileDescriptorSet(serializedBytes: fileDescriptorSet) else { return }
        for file in set.file where files[file.name] == nil {
            guard let bytes: Data = try? file.serializedBytes() else { continue }
            files[file.name] = File(bytes: bytes, needs: file.dependency)
            add(file)
        }
    }

    private mutating func add(_ file: Google_Protobuf_FileDescriptorProto) {
        let scope = file.package
        for message in file.messageType { add(message, in: scope, of: file.name) }
        for type in file.enumType { add(type, in: scope, of: file.name) }
        for field in file.extension { add(extension: field, in: scope, of: file.name) }
        for service in file.service {
            let name = declare(service.name, in: scope, of: file.name)
            for method in service.method { declare(method.name, in: name, of: file.name) }
        }
    }

    private mutating func add(_ message: Google_Protobuf_DescriptorProto, in scope: String, of file: String) {
        let name = declare(message.name, in: scope, of: file)
        for field in message.field { declare(field.name, in: name, of: file) }
        for oneof in message.oneofDecl { declare(oneof.name, in: name, of: file) }
        for nested in message.nestedType { add(nested, in: name, of: file) }
        for type in message.enumType { add(type, in: name, of: file) }
        for field in message.extension { add(extension: field, in: name, of: file) }
    }

    private mutating func add(_ type: Google_Protobuf_EnumDescriptorProto, in scope: String, of file: String) {
        declare(type.name, in: scope, of: file)
        // As in C++, values are their type's siblings.
        for value in type.value { declare(value.name, in: scope, of: file) }
    }

    private mutating func add(extension field: Google_Protobuf_FieldDescriptorProto, in scope: String, of file: String) {
        declare(field.name, in: scope, of: file)
        let type = String(field.extendee.drop { $0 == "." })
        let key = ExtensionKey(type: type, number: field.number)
        guard extendedIn[key] == nil else { return }
        extendedIn[key] = file
        numbers[type, default: []].append(field.number)
    }

    @discardableResult
    private mutating func declare(_ name: String, in scope: String, of file: String) -> String {
        let full = scope.isEmpty ? name : "\(scope).\(name)"
        if declaredIn[full] == nil { declaredIn[full] = file }
        return full
    }

    // MARK: Questions

    /// The file of that name, then all that it needs, each once; empty: it isn't known.
    func files(named name: String) -> [Data] {
        var found: [Data] = []
        var wanted = [name]
        var seen: Set<String> = [name]
        while let next = wanted.popLast() {
            guard let file = files[next] else { continue }
            found.append(file.bytes)
            wanted += file.needs.filter { seen.insert($0).inserted }
        }
        return found
    }

    /// The same for the file that declares the symbol.
    func files(declaring symbol: String) -> [Data] { declaredIn[symbol].map { files(named: $0) } ?? [] }

    /// The same for the file that extends the type with the number.
    func files(extending type: String, _ number: Int32) -> [Data] {
        extendedIn[ExtensionKey(type: type, number: number)].map { files(named: $0) } ?? []
    }

    /// The numbers of a message type's extensions, in order; `nil`: no such type is known.
    func extensionNumbers(of type: String) -> [Int32]? {
        if let known = numbers[type] { return known.sorted() }
        return declaredIn[type] == nil ? nil : []
    }
}
