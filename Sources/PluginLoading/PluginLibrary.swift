import CStreamHost
import Glibc

/// A shared library in the process, and the plugin that it says it is.
///
/// SAFETY: `@unchecked Sendable` as the descriptor is constant data of the library, which stays mapped until ``unmap()``; `handle` is used
/// by the life-cycle functions alone, which run one at a time.
public final class PluginLibrary: @unchecked Sendable {
    /// The private copy that is mapped.
    public let staged: StagedLibrary
    /// The plugin's name, as it says itself.
    public let name: String
    /// Its version, as it says itself.
    public let version: String
    /// What it says tells builds apart; may be empty.
    public let buildID: String
    /// What it was made with: "streamhost-swift 0.1.0", "C".
    public let sdk: String
    /// Whether it must stay mapped for as long as the process.
    public let isResident: Bool
    /// Its description, as far as this host knows it.
    public let functions: sh_plugin

    private var handle: UnsafeMutableRawPointer?

    /// Maps the library and checks what it says it is.
    public init(_ staged: StagedLibrary) throws(PluginError) {
        // What the operator knows it by.
        let path = staged.original
        // RTLD_NOW: a missing symbol is found here and not in a call. RTLD_LOCAL: plugins don't see each other's symbols.
        guard let handle = dlopen(staged.path, RTLD_NOW | RTLD_LOCAL) else {
            throw PluginError(.notLoadable, "\(path): the system's loader refused it: \(Self.loaderError())")
        }
        // What is refused from here on stays mapped: whether it may be unmapped stands in a description that was not accepted.
        guard let symbol = dlsym(handle, SH_ENTRY_SYMBOL) else {
            throw PluginError(
                .noEntry,
                "\(path): found a library without the function \(SH_ENTRY_SYMBOL); "
                    + "wanted a streamhost plugin: export it (see streamhost/plugin.h)"
            )
        }
        let entry = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<sh_plugin>?).self)
        guard let descriptor = entry() else {
            throw PluginError(.abiMismatch, "\(path): \(SH_ENTRY_SYMBOL)() answered NULL; wanted a description of the plugin")
        }
        functions = try DescriptorCheck.check(descriptor, path: path)
        name = try DescriptorCheck.name(functions.name, path: path)
        version = functions.version.map { String(cString: $0) } ?? ""
        buildID = functions.build_id.map { String(cString: $0) } ?? ""
        sdk = functions.sdk.map { String(cString: $0) } ?? "C"
        isResident = functions.flags & UInt32(SH_PLUGIN_RESIDENT) != 0
        self.staged = staged
        self.handle = handle
    }

    /// Takes the library out of the process. Nothing of it may run or be called any more. `false`: it stays, as it is resident, or as
    /// something else keeps it.
    public func unmap() -> Bool {
        guard !isResident, let handle else { return false }
        dlclose(handle)
        self.handle = nil
        // The system's loader keeps what others depend on, or what was linked with -z nodelete or has unique symbols (C++).
        if let kept = dlopen(staged.path, RTLD_NOW | RTLD_NOLOAD) {
            dlclose(kept)
            return false
        }
        staged.remove()
        return true
    }

    private static func loaderError() -> String {
        dlerror().map { String(cString: $0) } ?? "no reason given"
    }
}
