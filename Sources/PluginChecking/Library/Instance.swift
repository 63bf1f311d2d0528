import CStreamHost
import PluginLoading
import Synchronization

/// An instance of the plugin, with a host in memory of its own.
final class Instance {
    let library: LoadedLibrary
    let functions: sh_plugin
    let host: CheckHost
    private let context: CheckContext
    private let table: HostTable
    private var instance: UnsafeMutableRawPointer?
    private(set) var services: [PluginService] = []

    /// `create`.
    init(_ library: LoadedLibrary, _ context: CheckContext, config: [UInt8]? = nil) throws {
        self.library = library
        self.context = context
        functions = try library.descriptor().pointee
        host = CheckHost(loop: context.loop, dataDirectory: context.dataDirectory, journal: context.journal)
        let name = functions.name.map { String(cString: $0) } ?? "plugin"
        table = HostTable(services: host, plugin: name, config: config ?? context.config, hostVersion: "0.1.0")
        // Never freed: what a plugin does too late is to be seen, and not to crash.
        _ = Unmanaged.passRetained(table)
        context.loop.hosts.append(host)
        let created = control("create") { error in
            functions.create?(table.pointer, table.config, &instance, error) ?? .invalid
        }
        guard created.status == .ok else {
            leave()
            throw Stop(
                "create answered \(created.status.name): \(created.text)",
                wanted: "SH_OK with the configuration \(String(decoding: (config ?? context.config).prefix(60), as: UTF8.self))",
                todo: "take {} for \"all defaults\"; a plugin that can't do without settings is checked with --config"
            )
        }
    }

    /// Runs a function of the life cycle, which the loop doesn't wait for.
    func control(_ name: String, _ body: (UnsafeMutablePointer<sh_error>) -> sh_status) -> (status: sh_status, text: String) {
        context.journal.enter(name)
        defer { context.journal.leave() }
        return context.loop.during { ErrorText.collect(body) }
    }

    /// `start`. Answers what was registered.
    func start() throws -> Registration {
        let registration = Registration(instance: instance, owner: { _ in nil })
        let started = control("start") { error in
            registration.withRegistrar { functions.start?(instance, $0, error) ?? .invalid }
        }
        guard started.status == .ok else {
            throw Stop(
                "start answered \(started.status.name): \(registration.refusal?.message ?? started.text)",
                wanted: "SH_OK",
                todo: "register the services in start; what it needs from outside (--config) must be there"
            )
        }
        services = registration.services
        return registration
    }

    /// Every method, with its service's name.
    func methods(where condition: (PluginMethod) -> Bool) -> [(service: String, method: PluginMethod)] {
        services.flatMap { service in service.methods.filter(condition).map { (service.name, $0) } }
    }

    // MARK: Calls

    func open(
        _ method: (service: String, method: PluginMethod),
        deadline: UInt64? = nil,
        from moved: CheckCall? = nil,
        reads: Bool = true
    ) -> CheckCall {
        var call: CheckCall?
        context.loop.perform {
            call = host.open(method.method, service: method.service, deadline: deadline, from: moved, reads: reads)
        }
        // perform has run it.
        return call ?? CheckCall(handle: 0, method: method.method, service: method.service)
    }

    func change(_ body: () -> Void) { host.locked(body) }

    func cancel(_ call: CheckCall, _ reason: sh_cancel_reason = SH_CANCEL_BY_CLIENT) {
        change { if !call.isClosed { call.cancelReason = reason } }
    }

    // MARK: State

    /// `save`; `nil`: the plugin has none.
    func save() throws -> SavedState? {
        guard let save = functions.save else { return nil }
        var state = sh_state()
        state.struct_size = MemoryLayout<sh_state>.size
        let saved = control("save") { save(instance, &state, $0) }
        guard saved.status == .ok else {
            throw Stop(
                "save answered \(saved.status.name): \(saved.text)",
                wanted: "SH_OK and the state",
                todo: "hand over what there is, be it empty; a plugin without state has no save at all"
            )
        }
        // Without a schema there is nothing to hand over this time.
        guard let schema = state.schema else { return nil }
        guard schema.pointee != 0 else {
            throw Stop("save gave an empty schema", wanted: "a name for the format, such as \"chat.rooms\"", todo: "set sh_state.schema")
        }
        let view = sh_bytes(data: state.bytes.data, size: state.bytes.size)
        let result = SavedState(schema: String(cString: schema), version: state.version, bytes: Array(view.raw))
        context.journal.enter("the release function of the saved state")
        state.bytes.release?(state.bytes.context)
        context.journal.leave()
        return result
    }

    func restore(_ state: SavedState) -> (status: sh_status, text: String)? {
        guard let restore = functions.restore else { return nil }
        return control("restore") { error in
            state.schema.withCString { schema in
                state.bytes.withUnsafeBytes { restore(instance, schema, state.version, sh_bytes($0), error) }
            }
        }
    }

    // MARK: The end

    /// What `retire` answered, and what it said still lives.
    func askToRetire() -> (status: sh_status, residue: sh_residue) {
        var residue = sh_residue()
        residue.struct_size = MemoryLayout<sh_residue>.size
        context.journal.enter("retire")
        defer { context.journal.leave() }
        let status = context.loop.during { functions.retire?(instance, &residue) ?? .invalid }
        return (status, residue)
    }

    var hasRetired: Bool { table.hasRetired.load(ordering: .acquiring) }

    func destroy() {
        context.journal.enter("destroy")
        context.loop.during { functions.destroy?(instance) }
        context.journal.leave()
    }

    /// Nothing is run for it from here on.
    func leave() { context.loop.hosts.removeAll { $0 === host } }
}

/// What a plugin has saved.
struct SavedState {
    var schema: String
    var version: UInt32
    var bytes: [UInt8]
}
