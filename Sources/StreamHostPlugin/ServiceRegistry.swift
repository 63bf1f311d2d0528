import CStreamHost
import SwiftProtobuf

/// Takes the services of a plugin.
public final class ServiceRegistry {
    var services: [ServiceBuilder] = []

    init() {}

    /// Adds a service.
    /// - Parameters:
    ///   - name: Its full name: "chat.ChatService".
    ///   - fileDescriptorSet: A serialized `google.protobuf.FileDescriptorSet`, so that clients can ask the server what it serves; as
    ///     `protoc --include_imports --descriptor_set_out` writes it.
    ///   - methods: Adds the methods.
    public func add(_ name: String, fileDescriptorSet: [UInt8] = [], methods: (ServiceBuilder) -> Void) throws {
        let service = ServiceBuilder(name: name, fileDescriptorSet: fileDescriptorSet)
        methods(service)
        services.append(service)
    }
}

/// Where a method's handler runs.
public enum HandlerPlacement: Sendable {
    /// On the call's own loop, between its reads and writes: the fastest, for handlers that don't block or compute for long.
    case loop
    /// On Swift's global pool, for handlers that block or compute.
    case offloaded
}

/// Takes the methods of a service.
public final class ServiceBuilder {
    let name: String
    let fileDescriptorSet: [UInt8]
    var methods: [MethodBox] = []

    init(name: String, fileDescriptorSet: [UInt8]) {
        self.name = name
        self.fileDescriptorSet = fileDescriptorSet
    }

    // Always inline: where the handler's types are known it is called as it is, without a thunk that would rest in the task's memory.

    /// One request, one answer.
    @inlinable @inline(__always)
    public func unary<Request: Message, Response: Message>(
        _ name: String,
        on placement: HandlerPlacement = .loop,
        reload: ReloadPolicy = .pin,
        _ handler: @escaping @Sendable (Request, CallContext) async throws -> Response
    ) {
        add(name, .unary, placement, reload) { call in
            call.begin()
            do {
                let response = try await handler(call.onlyRequest(), CallContext(call: call))
                try call.answer(response)
                call.end()
            } catch {
                call.end(error)
            }
        }
    }

    /// One request, any number of answers: the call ends when the handler returns.
    @inlinable @inline(__always)
    public func serverStreaming<Request: Message, Response: Message>(
        _ name: String,
        on placement: HandlerPlacement = .loop,
        reload: ReloadPolicy = .pin,
        _ handler: @escaping @Sendable (Request, ResponseWriter<Response>, CallContext) async throws -> Void
    ) {
        add(name, .serverStreaming, placement, reload) { call in
            call.begin()
            do {
                try await handler(call.onlyRequest(), ResponseWriter(call: call), CallContext(call: call))
                call.end()
            } catch {
                call.end(error)
            }
        }
    }

    /// Any number of requests, one answer.
    @inlinable @inline(__always)
    public func clientStreaming<Request: Message, Response: Message>(
        _ name: String,
        on placement: HandlerPlacement = .loop,
        reload: ReloadPolicy = .pin,
        _ handler: @escaping @Sendable (RequestStream<Request>, CallContext) async throws -> Response
    ) {
        add(name, .clientStreaming, placement, reload) { call in
            call.begin()
            do {
                let response = try await handler(RequestStream(call: call), CallContext(call: call))
                try call.answer(response)
                call.end()
            } catch {
                call.end(error)
            }
        }
    }

    /// Any number of requests and of answers, in any order: the call ends when the handler returns.
    @inlinable @inline(__always)
    public func bidirectional<Request: Message, Response: Message>(
        _ name: String,
        on placement: HandlerPlacement = .loop,
        reload: ReloadPolicy = .pin,
        _ handler: @escaping @Sendable (RequestStream<Request>, ResponseWriter<Response>, CallContext) async throws -> Void
    ) {
        add(name, .bidirectional, placement, reload) { call in
            call.begin()
            do {
                try await handler(RequestStream(call: call), ResponseWriter(call: call), CallContext(call: call))
                call.end()
            } catch {
                call.end(error)
            }
        }
    }

    @usableFromInline
    func add(
        _ name: String,
        _ kind: MethodBox.Kind,
        _ placement: HandlerPlacement,
        _ reload: ReloadPolicy,
        _ handler: @escaping MethodBox.Handler
    ) {
        methods.append(MethodBox(name, kind, placement, reload, handler))
    }

    func register(with registrar: UnsafePointer<sh_registrar>) throws {
        var error = sh_error.empty
        let status = MethodBox.withPointers(methods) { pointers in
            fileDescriptorSet.withUnsafeBytes { descriptors in
                name.withCString { name in
                    var service = sh_service()
                    service.struct_size = MemoryLayout<sh_service>.size
                    service.name = name
                    service.file_descriptor_set = sh_bytes(descriptors)
                    service.methods = pointers.baseAddress
                    service.method_count = pointers.count
                    return registrar.pointee.add_service?(registrar, &service, &error) ?? sh_status(SH_UNSUPPORTED)
                }
            }
        }
        guard status == sh_status(SH_OK) else {
            let reason = error.reason
            throw RPCError(.internalError, reason.isEmpty ? "the host refused service \(name) (status \(status))" : reason)
        }
    }
}
