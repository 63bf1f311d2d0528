import CStreamHost
import Glibc
import StreamHostPlugin
import Synchronization

/// A plugin that a fake host has started; driven through the functions of its description alone.
public final class FakeGeneration {
    final class Method {
        let name: String
        let kind: Int32
        let reload: Int32
        let handler: sh_handler
        let context: UnsafeMutableRawPointer?

        init(_ service: String, _ method: sh_method) {
            name = service + "/" + String(cString: method.name)
            kind = method.kind
            reload = method.reload
            handler = method.handler.pointee
            context = method.context
        }

        var clientStreams: Bool { kind == Int32(SH_CLIENT_STREAMING) || kind == Int32(SH_BIDIRECTIONAL) }
    }

    /// What `save` answered.
    public struct State: Equatable, Sendable {
        /// The format.
        public var schema: String
        /// Its version.
        public var version: UInt32
        /// The state.
        public var bytes: [UInt8]

        /// A state.
        public init(schema: String, version: UInt32, bytes: [UInt8]) {
            self.schema = schema
            self.version = version
            self.bytes = bytes
        }
    }

    /// What a plugin refuses with.
    public struct Refused: Error, CustomStringConvertible {
        /// The text of its `sh_error`.
        public let description: String
    }

    /// The host that it runs in.
    public let host: FakeHost
    private let plugin: sh_plugin
    private let instance: UnsafeMutableRawPointer
    var methods: [Method] = []

    /// Creates and starts a plugin.
    public convenience init(_ type: any Plugin.Type, in host: FakeHost) throws {
        try self.init(describeForTests(type), createForTests(type, host: host.table), in: host)
    }

    /// Loads, creates and starts the plugin of a library.
    public convenience init(library: String, in host: FakeHost) throws {
        // SAFETY: the library stays loaded, and its entry is what the ABI says.
        guard let image = dlopen(library, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(image, SH_ENTRY_SYMBOL),
            let plugin = unsafeBitCast(symbol, to: sh_plugin_entry.self)()?.pointee
        else { throw Refused(description: dlerror().map { String(cString: $0) } ?? "no plugin") }
        var instance: UnsafeMutableRawPointer?
        let status = plugin.create?(host.table, sh_bytes(), &instance, nil)
        guard status == sh_status(SH_OK), let instance else { throw Refused(description: "create answered \(status ?? 0)") }
        try self.init(plugin, instance, in: host)
    }

    init(_ plugin: sh_plugin, _ instance: UnsafeMutableRawPointer, in host: FakeHost) throws {
        self.host = host
        self.plugin = plugin
        self.instance = instance
        var registrar = sh_registrar()
        registrar.struct_size = MemoryLayout<sh_registrar>.size
        registrar.context = Unmanaged.passUnretained(self).toOpaque()
        registrar.add_service = { registrar, service, _ in
            guard let context = registrar?.pointee.context, let service = service?.pointee else { return sh_status(SH_INVALID) }
            let generation = Unmanaged<FakeGeneration>.fromOpaque(context).takeUnretainedValue()
            let name = String(cString: service.name)
            for method in UnsafeBufferPointer(start: service.methods, count: service.method_count) {
                if let method { generation.methods.append(Method(name, method.pointee)) }
            }
            return sh_status(SH_OK)
        }
        try checked { plugin.start?(instance, &registrar, $0) }
    }

    deinit { plugin.destroy?(instance) }

    private func checked(_ body: (UnsafeMutablePointer<sh_error>) -> sh_status?) throws {
        var error = sh_error()
        error.struct_size = MemoryLayout<sh_error>.size
        guard body(&error) == sh_status(SH_OK) else {
            throw Refused(description: withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
    }

    // MARK: Reload

    /// How the plugin wants a method's calls to be treated: SH_RELOAD_PIN and so on.
    public func policy(_ method: String) -> Int32? { methods.first { $0.name == method }?.reload }

    /// Asks for the plugin's state; `nil`: it has none.
    public func save() throws -> State? {
        var state = sh_state()
        state.struct_size = MemoryLayout<sh_state>.size
        try checked { plugin.save?(instance, &state, $0) }
        guard let schema = state.schema else { return nil }
        defer { state.bytes.release?(state.bytes.context) }
        return State(
            schema: String(cString: schema),
            version: state.version,
            bytes: sh_bytes(data: state.bytes.data, size: state.bytes.size).copied
        )
    }

    /// Hands a state over.
    public func restore(_ state: State) throws {
        try state.bytes.withUnsafeBytes { bytes in
            try checked { plugin.restore?(instance, state.schema, state.version, sh_bytes(bytes), $0) }
        }
    }

    /// Hands this plugin's state to another generation.
    public func handOver(to next: FakeGeneration) throws {
        if let state = try save() { try next.restore(state) }
    }

    /// Asks the plugin to stop.
    public func retire() -> sh_status {
        let answer = plugin.retire?(instance, nil) ?? sh_status(SH_OK)
        host.run()
        return answer
    }

    // MARK: Calls

    /// Opens a call: "chat.ChatService/JoinChat".
    public func open(_ method: String, metadata: [(String, String)] = []) -> FakeCall? {
        let call = make(method, metadata)
        host.run()
        return call
    }

    /// Opens a call of a method that takes one request, with it.
    public func open(_ method: String, metadata: [(String, String)] = [], request: [UInt8]) -> FakeCall? {
        guard let call = make(method, metadata) else { return nil }
        call.deliver(request)
        call.halfClose()
        return call
    }

    package func make(_ name: String, _ metadata: [(String, String)], after previous: FakeCall.Record? = nil) -> FakeCall? {
        guard let method = methods.first(where: { $0.name == name }) else { return nil }
        host.lastHandle += 1
        let call = FakeCall(self, method, host.lastHandle, metadata)
        host.shared.withLock { $0.calls[call.handle] = call }
        if let previous { call.goesOn(from: previous) }
        let texts = metadata.map { (FakeText($0.0), FakeText($0.1)) }
        let entries = texts.map { sh_metadata(name: $0.0.view, value: $0.1.view) }
        let peer = FakeText("ipv4:127.0.0.1:1")
        let kept = previous?.checkpoint ?? []
        let answer = kept.withUnsafeBytes { kept in
            entries.withUnsafeBufferPointer { entries in
                var info = sh_call_info()
                info.struct_size = MemoryLayout<sh_call_info>.size
                info.deadline_ns = Int64.max
                info.peer = peer.view
                info.metadata = entries.baseAddress
                info.metadata_count = entries.count
                info.compressed = 1
                info.tls = host.identity == nil ? 0 : 2
                info.resumed = previous == nil ? 0 : 1
                info.checkpoint = sh_bytes(kept)
                return method.handler.on_open?(instance, method.context, call.handle, &info, &call.state)
            }
        }
        withExtendedLifetime((texts, peer)) {}
        return answer == sh_status(SH_OK) ? call : nil
    }
}

extension sh_bytes {
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), size: bytes.count)
    }
}
