import CStreamHost
import Synchronization

/// Makes the description of a plugin that its entry function answers. A library holds one plugin.
///
/// ```swift
/// @_cdecl("streamhost_plugin")
/// public func streamhostPlugin() -> UnsafeRawPointer { exportPlugin(Greeter.self) }
/// ```
public func exportPlugin(_ type: (some Plugin).Type) -> UnsafeRawPointer {
    ExportedPlugin.describe(type)
}

/// The plugin of this library.
///
/// SAFETY: the descriptor and its texts are made once and never freed; the pointers in it are to functions and to those texts.
enum ExportedPlugin {
    private struct Made: @unchecked Sendable {
        let type: any Plugin.Type
        let descriptor: UnsafePointer<sh_plugin>
    }

    private static let made = Mutex<Made?>(nil)
    static let sdkVersion = "0.1.0"

    static func describe(_ type: any Plugin.Type) -> UnsafeRawPointer {
        made.withLock { made in
            if let made { return UnsafeRawPointer(made.descriptor) }
            let pointer = UnsafeMutablePointer<sh_plugin>.allocate(capacity: 1)
            pointer.initialize(to: descriptor(type))
            made = Made(type: type, descriptor: UnsafePointer(pointer))
            return UnsafeRawPointer(pointer)
        }
    }

    private static func descriptor(_ type: any Plugin.Type) -> sh_plugin {
        var plugin = sh_plugin()
        plugin.magic = SH_MAGIC
        plugin.struct_size = UInt32(MemoryLayout<sh_plugin>.size)
        plugin.abi_major = SH_ABI_MAJOR
        plugin.abi_minor = SH_ABI_MINOR
        // Swift's runtime keeps pointers into every image that it has seen.
        plugin.flags = UInt32(SH_PLUGIN_RESIDENT)
        plugin.name = text(type.name)
        plugin.version = text(type.version)
        plugin.sdk = text("streamhost-swift \(sdkVersion)")
        plugin.create = { host, _, instance, error in
            guard let host, let instance, let made = ExportedPlugin.made.withLock({ $0 }) else { return sh_status(SH_INVALID) }
            return ExportedPlugin.attempt(error) {
                let created = try PluginInstance(made.type, host: HostFunctions(table: host))
                instance.pointee = Unmanaged.passRetained(created).toOpaque()
            }
        }
        plugin.start = { instance, registrar, error in
            guard let instance = ExportedPlugin.instance(instance), let registrar else { return sh_status(SH_INVALID) }
            return ExportedPlugin.attempt(error) { try instance.register(with: registrar) }
        }
        plugin.retire = { instance, residue in
            guard let instance = ExportedPlugin.instance(instance) else { return sh_status(SH_OK) }
            instance.beginShutDown()
            let tasks = instance.liveTasks
            residue?.pointee.calls = UInt64(max(tasks, 0))
            return tasks == 0 ? sh_status(SH_OK) : sh_status(SH_PENDING)
        }
        plugin.destroy = { instance in
            if let instance { Unmanaged<PluginInstance>.fromOpaque(instance).release() }
        }
        return plugin
    }

    private static func instance(_ pointer: UnsafeMutableRawPointer?) -> PluginInstance? {
        pointer.map { Unmanaged<PluginInstance>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func text(_ string: String) -> UnsafePointer<CChar> {
        let bytes = Array(string.utf8CString)
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        memory.initialize(from: bytes, count: bytes.count)
        return UnsafePointer(memory)
    }

    private static func attempt(_ error: UnsafeMutablePointer<sh_error>?, _ body: () throws -> Void) -> sh_status {
        do {
            try body()
            return sh_status(SH_OK)
        } catch let failure {
            error?.pointee.set((failure as? RPCError)?.message ?? "\(failure)")
            return sh_status(SH_REFUSED)
        }
    }
}
