import CStreamHost
import Glibc

/// A shared library in the process, and the plugin that it says it is.
///
/// SAFETY: `@unchecked Sendable` as the descriptor is constant data of the library, which stays mapped as long as this object.
final class PluginLibrary: @unchecked Sendable {
    let path: String
    let name: String
    let version: String
    let sdk: String
    let functions: sh_plugin

    /// Maps the library and checks what it says it is.
    init(path: String) throws(PluginError) {
        try LibraryFile.check(path)
        // RTLD_NOW: a missing symbol is found here and not in a call. RTLD_LOCAL: plugins don't see each other's symbols.
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
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
        sdk = functions.sdk.map { String(cString: $0) } ?? "C"
        self.path = path
    }

    private static func loaderError() -> String {
        dlerror().map { String(cString: $0) } ?? "no reason given"
    }
}
