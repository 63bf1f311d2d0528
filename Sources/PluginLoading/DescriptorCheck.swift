import CStreamHost

/// Holds a plugin's description against what this host offers, and names the field that differs.
package enum DescriptorCheck {
    static func check(_ pointer: UnsafePointer<sh_plugin>, path: String) throws(PluginError) -> sh_plugin {
        // Magic, size and versions lie within the first fields whatever the version: read them before anything else.
        guard pointer.pointee.magic == SH_MAGIC else {
            throw mismatch(
                path,
                "magic",
                found: "0x" + String(pointer.pointee.magic, radix: 16),
                wanted: "0x" + String(SH_MAGIC, radix: 16),
                todo: "begin the struct with SH_MAGIC"
            )
        }
        guard pointer.pointee.abi_major == SH_ABI_MAJOR else {
            throw mismatch(
                path,
                "abi_major",
                found: "\(pointer.pointee.abi_major)",
                wanted: "\(SH_ABI_MAJOR)",
                todo: "rebuild it against this host's streamhost/plugin.h"
            )
        }
        let required = Int(MemoryLayout<sh_plugin>.offset(of: \.destroy) ?? 0) + MemoryLayout<UnsafeRawPointer>.size
        guard Int(pointer.pointee.struct_size) >= required else {
            throw mismatch(
                path,
                "struct_size",
                found: "\(pointer.pointee.struct_size)",
                wanted: "at least \(required)",
                todo: "set it to sizeof(sh_plugin)"
            )
        }
        guard pointer.pointee.abi_min_minor <= SH_ABI_MINOR else {
            throw mismatch(
                path,
                "abi_min_minor",
                found: "\(pointer.pointee.abi_min_minor)",
                wanted: "at most \(SH_ABI_MINOR)",
                todo: "run it on a newer host, or build it for ABI \(SH_ABI_MAJOR).\(SH_ABI_MINOR)"
            )
        }
        let descriptor = pointer.pointee
        guard descriptor.create != nil else { throw missing(path, "create") }
        guard descriptor.start != nil else { throw missing(path, "start") }
        guard descriptor.retire != nil else { throw missing(path, "retire") }
        guard descriptor.destroy != nil else { throw missing(path, "destroy") }
        return descriptor
    }

    /// The plugin's name; throws where there is none, or it is malformed.
    package static func name(_ pointer: UnsafePointer<CChar>?, path: String) throws(PluginError) -> String {
        guard let pointer else { throw missing(path, "name") }
        let name = String(cString: pointer)
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard allowed, !name.isEmpty, name.utf8.count <= 64, name.utf8.first != UInt8(ascii: ".") else {
            throw mismatch(
                path,
                "name",
                found: "\"\(name.prefix(80))\"",
                wanted: "1 to 64 letters, digits, '-', '_', '.', not beginning with '.'",
                todo: "rename the plugin"
            )
        }
        return name
    }

    private static func mismatch(_ path: String, _ field: String, found: String, wanted: String, todo: String) -> PluginError {
        PluginError(.abiMismatch, "\(path): sh_plugin.\(field): found \(found), wanted \(wanted): \(todo)")
    }

    private static func missing(_ path: String, _ field: String) -> PluginError {
        mismatch(path, field, found: "NULL", wanted: "a value", todo: "fill it in")
    }
}
