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

/// A plugin's description that is nobody's entry, for tests, in whose process there are several plugins; its `create` makes none.
package func describeForTests(_ type: any Plugin.Type) -> sh_plugin { ExportedPlugin.descriptor(type) }

/// What `create` makes, for tests. The description's `destroy` frees it.
package func createForTests(_ type: any Plugin.Type, host: UnsafePointer<sh_host>) throws -> UnsafeMutableRawPointer {
    try ExportedPlugin.create(type, host: host)
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

    static func create(_ type: any Plugin.Type, host: UnsafePointer<sh_host>) throws -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(try PluginInstance(type, host: HostFunctions(table: host))).toOpaque()
    }

    static func descriptor(_ type: any Plugin.Type) -> sh_plugin {
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
            return ExportedPlugin.attempt(error) { instance.pointee = try ExportedPlugin.create(made.type, host: host) }
        }
        plugin.start = { instance, registrar, error in
            guard let instance = ExportedPlugin.instance(instance), let registrar else { return sh_status(SH_INVALID) }
            return ExportedPlugin.attempt(error) { try instance.register(with: registrar) }
        }
        plugin.save = { instance, state, error in
            guard let instance = ExportedPlugin.instance(instance), let state else { return sh_status(SH_INVALID) }
            return ExportedPlugin.attempt(error) { try instance.save(into: state) }
        }
        plugin.restore = { instance, schema, version, bytes, error in
            guard let instance = ExportedPlugin.instance(instance) else { return sh_status(SH_INVALID) }
            return ExportedPlugin.attempt(error) { try instance.restore(StateTransfer.take(schema, version, bytes)) }
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
