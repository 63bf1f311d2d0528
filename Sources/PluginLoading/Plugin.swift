import CStreamHost
import Synchronization

/// A plugin in the process: its library, its instance, what it has registered.
///
/// The life-cycle functions are the ABI's `[control]` ones: the caller sees to it that they run one at a time, and on no loop.
///
/// SAFETY: `@unchecked Sendable` as `instance` is the plugin's own, used only through its functions under their thread tags; what changes
/// is changed by the life-cycle functions alone.
public final class Plugin: @unchecked Sendable {
    /// The plugin's name: the operator's, else the one that it gives itself.
    public let name: String
    /// The library that it is in.
    public let library: PluginLibrary
    /// What it has registered.
    public private(set) var services: [PluginService] = []

    private let table: HostTable
    private let instance: UnsafeMutableRawPointer?
    private var retirementAsked = false
    private var isDestroyed = false

    /// Creates an instance, which serves nothing yet.
    /// - Parameters:
    ///   - library: The library.
    ///   - name: The operator's name for it, in place of its own.
    ///   - config: The plugin's configuration, as JSON.
    ///   - host: What stands behind the functions that the plugin calls.
    ///   - hostVersion: The host's version, for the plugin to know.
    public init(
        library: PluginLibrary,
        name: String? = nil,
        config: [UInt8],
        host: any HostServices,
        hostVersion: String
    ) throws(PluginError) {
        let name = name ?? library.name
        let table = HostTable(
            services: host,
            plugin: name,
            config: config,
            hostVersion: hostVersion,
            pendingWork: library.isResident ? nil : PendingWork()
        )
        // Given back in unmap() alone: a plugin that stays mapped may go on calling through it.
        _ = Unmanaged.passRetained(table)
        var instance: UnsafeMutableRawPointer?
        let created = ErrorText.collect { library.functions.create?(table.pointer, table.config, &instance, $0) ?? sh_status(SH_INVALID) }
        guard created.status == sh_status(SH_OK) else {
            if !library.isResident { Unmanaged.passUnretained(table).release() }
            throw PluginError(.refused, "\(library.staged.original): plugin \(name) refused to be created: \(created.text)")
        }
        self.name = name
        self.library = library
        self.table = table
        self.instance = instance
    }

    /// Starts it: it registers its services. One that fails has been destroyed.
    /// - Parameter owner: Names the plugin that already has a service, if another has.
    public func start(owner: @escaping (String) -> String?) throws(PluginError) {
        let registration = Registration(instance: instance, owner: owner)
        let started = registration.withRegistrar { registrar in
            ErrorText.collect { library.functions.start?(instance, registrar, $0) ?? sh_status(SH_INVALID) }
        }
        guard started.status == sh_status(SH_OK), registration.refusal == nil else {
            // It may have begun what only a retirement stops.
            if started.status == sh_status(SH_OK) { _ = library.functions.retire?(instance, nil) }
            destroy()
            if !library.isResident { Unmanaged.passUnretained(table).release() }
            throw PluginError(
                registration.refusal == nil ? .refused : .badRegistration,
                "\(library.staged.original): plugin \(name) failed to start: \(registration.refusal?.message ?? started.text)"
            )
        }
        services = registration.services
    }

    // MARK: Hand-over

    /// The plugin's state, for its next generation; `nil`: it has none.
    public func save() throws(PluginError) -> SavedState? {
        guard let save = library.functions.save else { return nil }
        var state = sh_state()
        state.struct_size = MemoryLayout<sh_state>.size
        let saved = ErrorText.collect { save(instance, &state, $0) }
        defer { if let release = state.bytes.release { release(state.bytes.context) } }
        guard saved.status == sh_status(SH_OK) else {
            throw PluginError(.stateRefused, "plugin \(name) could not save its state: \(saved.text)")
        }
        guard let schema = state.schema else { return nil }
        let bytes = UnsafeRawBufferPointer(start: state.bytes.data, count: state.bytes.data == nil ? 0 : state.bytes.size)
        return SavedState(schema: String(cString: schema), version: state.version, bytes: Array(bytes))
    }

    /// Gives it the state of another generation, in place of its own.
    public func restore(_ state: SavedState) throws(PluginError) {
        guard let restore = library.functions.restore else { return }
        let restored = state.bytes.withUnsafeBytes { bytes in
            ErrorText.collect { restore(instance, state.schema, state.version, sh_bytes(bytes), $0) }
        }
        guard restored.status != sh_status(SH_OK) else { return }
        throw PluginError(
            .stateRefused,
            "plugin \(name) \(library.version) refused the state (\(state.schema) \(state.version), \(state.bytes.count) bytes): \(restored.text)"
        )
    }

    // MARK: The end

    /// What is known of a plugin that was asked to retire.
    public enum Retirement: Sendable, Equatable {
        /// It has stopped its threads and timers.
        case done
        /// Not yet; that still lives.
        case pending(calls: UInt64, timers: UInt64, threads: UInt64)
    }

    /// Asks the plugin to stop its threads and timers.
    public func retire() -> Retirement {
        guard !isDestroyed else { return .done }
        var residue = sh_residue()
        residue.struct_size = MemoryLayout<sh_residue>.size
        let isDone = retirementAsked && table.hasRetired.load(ordering: .acquiring)
        retirementAsked = true
        guard !isDone, library.functions.retire?(instance, &residue) == sh_status(SH_PENDING) else {
            // What the host has yet to call of it lives too, whatever it says.
            let pending = table.pendingWork?.counts ?? (tasks: 0, timers: 0)
            guard pending.tasks + pending.timers > 0 else { return .done }
            return .pending(calls: UInt64(pending.tasks), timers: UInt64(pending.timers), threads: 0)
        }
        return .pending(calls: residue.calls, timers: residue.timers, threads: residue.threads)
    }

    /// Frees the instance, once. No call of it may be open, and it must have retired.
    public func destroy() {
        guard !isDestroyed else { return }
        isDestroyed = true
        library.functions.destroy?(instance)
    }

    /// Takes the library out of the process, after ``destroy()``. `false`: it stays mapped.
    public func unmap() -> Bool {
        guard library.unmap() else { return false }
        Unmanaged.passUnretained(table).release()
        return true
    }
}
