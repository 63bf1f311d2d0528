import CStreamHost
import Synchronization

/// A plugin in the process: its library, its instance, what it has registered.
///
/// The life-cycle functions are the ABI's `[control]` ones: the caller sees to it that they run one at a time, and on no loop.
///
/// SAFETY: `@unchecked Sendable` as `instance` is the plugin's own, used only through its functions under their thread tags, `retirementAsked`
/// by the life-cycle functions alone; the rest is constant.
public final class Plugin: @unchecked Sendable {
    /// The plugin's name: the operator's, else the one that it gives itself.
    public let name: String
    /// Its version, as it says itself.
    public var version: String { library.version }
    /// What it was built with: "streamhost-swift 0.1.0", "C".
    public var sdk: String { library.sdk }
    /// The file it was loaded from.
    public var path: String { library.path }
    /// What it has registered.
    public let services: [PluginService]

    private let library: PluginLibrary
    private let table: HostTable
    private let instance: UnsafeMutableRawPointer?
    private var retirementAsked = false

    /// Loads, creates and starts a plugin.
    /// - Parameters:
    ///   - path: The library's file.
    ///   - name: The operator's name for it, in place of its own.
    ///   - config: The plugin's configuration, as JSON.
    ///   - host: What stands behind the functions that the plugin calls.
    ///   - hostVersion: The host's version, for the plugin to know.
    ///   - owner: Names the plugin that already has a service, if any has.
    ///   - isLoaded: Whether a plugin of that name is there already.
    public init(
        path: String,
        name: String? = nil,
        config: [UInt8],
        host: any HostServices,
        hostVersion: String,
        owner: @escaping (String) -> String?,
        isLoaded: (String) -> Bool
    ) throws(PluginError) {
        let library = try PluginLibrary(path: path)
        let name = name ?? library.name
        guard !isLoaded(name) else {
            throw PluginError(
                .refused,
                "\(path): a plugin named \(name) is loaded already; one of a name can serve at a time"
            )
        }
        // Never freed: a plugin that doesn't retire goes on calling through it, and one that does may give a last buffer back late.
        let table = HostTable(services: host, plugin: name, config: config, hostVersion: hostVersion)
        _ = Unmanaged.passRetained(table)

        var instance: UnsafeMutableRawPointer?
        let created = ErrorText.collect { library.functions.create?(table.pointer, table.config, &instance, $0) ?? sh_status(SH_INVALID) }
        guard created.status == sh_status(SH_OK) else {
            throw PluginError(.refused, "\(path): plugin \(name) refused to be created: \(created.text)")
        }
        let registration = Registration(instance: instance, owner: owner)
        let started = registration.withRegistrar { registrar in
            ErrorText.collect { library.functions.start?(instance, registrar, $0) ?? sh_status(SH_INVALID) }
        }
        guard started.status == sh_status(SH_OK), registration.refusal == nil else {
            // It may have begun what only a retirement stops.
            if started.status == sh_status(SH_OK) { _ = library.functions.retire?(instance, nil) }
            library.functions.destroy?(instance)
            let reason = registration.refusal?.message ?? started.text
            throw PluginError(
                registration.refusal == nil ? .refused : .badRegistration,
                "\(path): plugin \(name) failed to start: \(reason)"
            )
        }
        self.name = name
        self.library = library
        self.table = table
        self.instance = instance
        services = registration.services
    }

    /// What is known of a plugin that was asked to retire.
    public enum Retirement: Sendable, Equatable {
        /// It has stopped its threads and timers.
        case done
        /// Not yet; that still lives.
        case pending(calls: UInt64, timers: UInt64, threads: UInt64)
    }

    /// Asks the plugin to stop its threads and timers.
    public func retire() -> Retirement {
        if retirementAsked, table.hasRetired.load(ordering: .acquiring) { return .done }
        retirementAsked = true
        var residue = sh_residue()
        residue.struct_size = MemoryLayout<sh_residue>.size
        guard library.functions.retire?(instance, &residue) == sh_status(SH_PENDING) else { return .done }
        return .pending(calls: residue.calls, timers: residue.timers, threads: residue.threads)
    }

    /// Frees the instance. No call of it may be open, and it must have retired.
    public func destroy() {
        library.functions.destroy?(instance)
    }
}
