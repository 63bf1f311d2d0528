import CStreamHost
import Glibc

/// A shared library in the process, and the plugin that it says it is.
///
/// SAFETY: `@unchecked Sendable` as the descriptor is constant data of the library, which stays mapped as long as this object.
final class PluginLibrary: @unchecked Sendable {
    let path: String
    let name: String
    let version: String
    let buildID: String
    let sdk: String
    let functions: sh_plugin
    private let handle: UnsafeMutableRawPointer

    /// Maps the library and checks what it says it is.
    init(path: String) throws(PluginError) {
        try LibraryFile.check(path)
        // RTLD_NOW: a missing symbol is found here and not in a call. RTLD_LOCAL: plugins don't see each other's symbols.
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw PluginError(.notLoadable, "\(path): the system's loader refused it: \(Self.loaderError())")
        }
        do {
            guard let symbol = dlsym(handle, SH_ENTRY_SYMBOL) else {
                throw PluginError(
                    .noEntry,
                    "\(path): found a library without the function \(SH_ENTRY_SYMBOL); "
                        + "wanted a streamhost plugin: export it (see streamhost/plugin.h)")
            }
            let entry = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<sh_plugin>?).self)
            guard let descriptor = entry() else {
                throw PluginError(.abiMismatch, "\(path): \(SH_ENTRY_SYMBOL)() answered NULL; wanted a description of the plugin")
            }
            let functions = try DescriptorCheck.check(descriptor, path: path)
            self.path = path
            self.handle = handle
            self.functions = functions
            name = try DescriptorCheck.name(functions.name, path: path)
            version = functions.version.map { String(cString: $0) } ?? ""
            buildID = functions.build_id.map { String(cString: $0) } ?? ""
            sdk = functions.sdk.map { String(cString: $0) } ?? "C"
        } catch let error as PluginError {
            // What was refused ran nothing but its entry; a library that may not be unmapped has said so in a descriptor that was not
            // accepted, so it stays: a few kilobytes against a crash.
            throw error
        } catch {
            throw PluginError(.notLoadable, "\(path): \(error)")
        }
    }

    private static func loaderError() -> String {
        dlerror().map { String(cString: $0) } ?? "no reason given"
    }
}
