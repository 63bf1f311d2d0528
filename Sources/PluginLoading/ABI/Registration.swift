import CStreamHost
import Glibc

/// Collects what a plugin registers while its `start` runs.
package final class Registration {
    private let instance: UnsafeMutableRawPointer?
    private let owner: (String) -> String?
    private let thread = pthread_self()
    /// What was registered so far.
    package private(set) var services: [PluginService] = []
    /// The first refusal: a plugin that goes on in spite of it is not started.
    package private(set) var refusal: PluginError?

    /// `owner` names the plugin that already has a service, if any has.
    package init(instance: UnsafeMutableRawPointer?, owner: @escaping (String) -> String?) {
        self.instance = instance
        self.owner = owner
    }

    /// Runs `body` with the registrar that the plugin sees.
    package func withRegistrar<R>(_ body: (UnsafePointer<sh_registrar>) -> R) -> R {
        // SAFETY: the registrar's context is this object, which outlives `body`; a plugin may not use it after `start`.
        var registrar = sh_registrar()
        registrar.struct_size = MemoryLayout<sh_registrar>.size
        registrar.context = Unmanaged.passUnretained(self).toOpaque()
        registrar.add_service = { registrar, service, errorRoom in
            guard let context = registrar?.pointee.context else { return sh_status(SH_INVALID) }
            return Unmanaged<Registration>.fromOpaque(context).takeUnretainedValue().addService(service, errorRoom)
        }
        return body(&registrar)
    }

    private func addService(
        _ service: UnsafePointer<sh_service>?,
        _ errorRoom: UnsafeMutablePointer<sh_error>?
    ) -> sh_status {
        #if DEBUG
            guard pthread_equal(pthread_self(), thread) != 0 else { return sh_status(SH_WRONG_THREAD) }
        #endif
        do throws(PluginError) {
            services.append(try read(service))
            return sh_status(SH_OK)
        } catch {
            refusal = refusal ?? error
            ErrorText.write(error.message, to: errorRoom)
            return sh_status(SH_INVALID)
        }
    }

    private func read(_ pointer: UnsafePointer<sh_service>?) throws(PluginError) -> PluginService {
        guard let pointer, let service = sh_service(reading: pointer) else {
            throw bad("add_service: found no service, or one whose struct_size is too small; wanted sizeof(sh_service)")
        }
        let name = service.name.map { String(cString: $0) } ?? ""
        guard Self.isFullName(name) else {
            throw bad("service \"\(name)\": found a malformed name; wanted package.Service in letters, digits, '_' and '.'")
        }
        guard !services.contains(where: { $0.name == name }) else {
            throw bad("service \(name): registered twice; register it once with all its methods")
        }
        if let other = owner(name) {
            throw bad("service \(name): plugin \(other) serves it already; unload that plugin, or rename the service")
        }
        var methods: [PluginMethod] = []
        for index in 0..<service.method_count {
            guard let pointer = service.methods?[index] else { throw bad("service \(name): method \(index) is NULL") }
            let method = try read(pointer, of: name)
            guard !methods.contains(where: { $0.name == method.name }) else {
                throw bad("service \(name): method \(method.name) is registered twice; names must differ")
            }
            methods.append(method)
        }
        guard !methods.isEmpty else { throw bad("service \(name): found no methods; wanted one at least") }
        let descriptors = service.file_descriptor_set
        return PluginService(
            name: name,
            fileDescriptorSet: Array(UnsafeBufferPointer(start: descriptors.data, count: descriptors.size)),
            methods: methods
        )
    }

    private func read(_ pointer: UnsafePointer<sh_method>, of service: String) throws(PluginError) -> PluginMethod {
        guard let method = sh_method(reading: pointer) else {
            throw bad("service \(service): a method's struct_size is \(pointer.pointee.struct_size); wanted sizeof(sh_method)")
        }
        let name = method.name.map { String(cString: $0) } ?? ""
        guard Self.isFullName(name), !name.contains(".") else {
            throw bad("service \(service): found a method named \"\(name)\"; wanted letters, digits and '_'")
        }
        guard (Int32(SH_UNARY)...Int32(SH_BIDIRECTIONAL)).contains(method.kind) else {
            throw bad("method \(service)/\(name): kind is \(method.kind); wanted SH_UNARY (0) to SH_BIDIRECTIONAL (3)")
        }
        guard (Int32(SH_RELOAD_PIN)...Int32(SH_RELOAD_END)).contains(method.reload) else {
            throw bad("method \(service)/\(name): reload is \(method.reload); wanted SH_RELOAD_PIN (0) to SH_RELOAD_END (2)")
        }
        guard let table = method.handler, let handler = sh_handler(reading: table) else {
            throw bad("method \(service)/\(name): found no handler, or one whose struct_size is too small; wanted sizeof(sh_handler)")
        }
        guard handler.on_open != nil else { throw bad("method \(service)/\(name): on_open is NULL; every method needs it") }
        guard handler.on_close != nil else { throw bad("method \(service)/\(name): on_close is NULL; every method needs it") }
        return PluginMethod(
            name: name,
            kind: method.kind,
            reload: method.reload,
            handler: handler,
            context: method.context,
            instance: instance
        )
    }

    private func bad(_ message: String) -> PluginError { PluginError(.badRegistration, message) }

    private static func isFullName(_ name: String) -> Bool {
        guard !name.isEmpty, name.first != ".", name.last != ".", !name.contains("..") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
