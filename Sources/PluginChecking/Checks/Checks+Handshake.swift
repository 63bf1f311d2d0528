import CStreamHost
import PluginLoading

extension Check {
    static let handshake: [Check] = [
        Check(
            "handshake.file",
            .handshake,
            "a whole shared library of this machine",
            "The file is an ELF shared library for this kind of machine, and not cut off."
        ) { context in
            do throws(PluginError) {
                _ = try LibraryFile.check(context.path, named: context.path)
            } catch {
                return .failed(
                    error.message.dropping(prefix: "\(context.path): "),
                    wanted: "a whole shared library (.so) of this kind of machine",
                    todo: "build it with -shared, and check it when the linker is done"
                )
            }
            return .passed
        },
        Check(
            "handshake.load",
            .handshake,
            "the system's loader takes it",
            "dlopen with all symbols resolved at once (RTLD_NOW), as the host does it; constructors run without harm.",
            needs: ["handshake.file"]
        ) { context in
            _ = try context.library()
            return .passed
        },
        Check(
            "handshake.entry",
            .handshake,
            "exports \(SH_ENTRY_SYMBOL), which answers a description",
            "The one exported function is there and answers the address of a sh_plugin.",
            needs: ["handshake.load"]
        ) { context in
            _ = try context.library().descriptor()
            return .passed
        },
        field("magic", "begins with SH_MAGIC", "The struct begins with SH_MAGIC: it is a sh_plugin.", needs: "entry") { plugin in
            guard plugin.pointee.magic != SH_MAGIC else { return nil }
            return Reason(
                found: "sh_plugin.magic is 0x\(String(plugin.pointee.magic, radix: 16))",
                wanted: "0x\(String(SH_MAGIC, radix: 16))",
                todo: "set .magic = SH_MAGIC"
            )
        },
        field(
            "version",
            "built for this host's ABI",
            "abi_major is the host's, and the host's minor is at least abi_min_minor.",
            needs: "magic"
        ) { plugin in
            let (major, minor) = (plugin.pointee.abi_major, plugin.pointee.abi_min_minor)
            if major != SH_ABI_MAJOR {
                return Reason(
                    found: "sh_plugin.abi_major is \(major)",
                    wanted: "\(SH_ABI_MAJOR)",
                    todo: "set .abi_major = SH_ABI_MAJOR, and build against this host's streamhost/plugin.h"
                )
            }
            guard minor > SH_ABI_MINOR else { return nil }
            return Reason(
                found: "sh_plugin.abi_min_minor is \(minor)",
                wanted: "at most \(SH_ABI_MINOR), this host's minor version",
                todo: "set it to the lowest minor whose functions the plugin can do with, or run it on a newer host"
            )
        },
        field("size", "struct_size is that of a sh_plugin", "struct_size covers all that ABI 1.0 requires.", needs: "version") { plugin in
            let required = (MemoryLayout<sh_plugin>.offset(of: \.destroy) ?? 0) + MemoryLayout<Int>.size
            guard Int(plugin.pointee.struct_size) < required else { return nil }
            return Reason(
                found: "sh_plugin.struct_size is \(plugin.pointee.struct_size)",
                wanted: "at least \(required)",
                todo: "set .struct_size = sizeof(sh_plugin)"
            )
        },
        Check(
            "handshake.functions",
            .handshake,
            "has the functions of the life cycle",
            "create, start, retire and destroy are there; save and restore both, or neither.",
            needs: ["handshake.size"],
            functions
        ),
        Check(
            "handshake.name",
            .handshake,
            "has a name and a version",
            "The name is 1 to 64 letters, digits, '-', '_', '.'; the version says which build it is.",
            needs: ["handshake.size"],
            name
        ),
        Check(
            "handshake.constant",
            .handshake,
            "the description is constant, and free of side effects",
            "The entry function answers the same address each time, with the same content, and starts no thread and opens no file.",
            needs: ["handshake.functions", "handshake.name"],
            constant
        ),
    ]

    private static func field(
        _ id: String,
        _ title: String,
        _ meaning: String,
        needs: String,
        _ mistake: @escaping @Sendable (UnsafePointer<sh_plugin>) -> Reason?
    ) -> Check {
        Check("handshake.\(id)", .handshake, title, meaning, needs: ["handshake.\(needs)"]) { context in
            mistake(try context.library().descriptor()).map { .failed($0) } ?? .passed
        }
    }

    private static func functions(_ context: CheckContext) throws -> Outcome {
        let plugin = try context.library().descriptor().pointee
        let missing = [
            ("create", plugin.create == nil), ("start", plugin.start == nil), ("retire", plugin.retire == nil),
            ("destroy", plugin.destroy == nil),
        ].filter(\.1).map(\.0)
        guard missing.isEmpty else {
            return .failed(
                "NULL as sh_plugin.\(missing.joined(separator: ", "))",
                wanted: "create, start, retire and destroy",
                todo: "write it, be it empty, and fill it in"
            )
        }
        guard (plugin.save == nil) == (plugin.restore == nil) else {
            return .warned(
                "\(plugin.save == nil ? "restore without save" : "save without restore")",
                wanted: "both, or neither",
                todo: "write the other one: state that is saved is to be taken by the next generation"
            )
        }
        return .passed(note: plugin.save == nil ? "no save and restore: the plugin has no state to hand over" : nil)
    }

    private static func name(_ context: CheckContext) throws -> Outcome {
        let plugin = try context.library().descriptor().pointee
        do throws(PluginError) {
            let name = try DescriptorCheck.name(plugin.name, path: "")
            let version = plugin.version.map { String(cString: $0) } ?? ""
            let sdk = plugin.sdk.map { String(cString: $0) } ?? "C"
            context.journal.write(.plugin(name: name, version: version, sdk: sdk))
            guard !version.isEmpty else {
                return .warned("no version", wanted: "such as \"1.2.0\"", todo: "set .version: logs and reloads tell builds apart by it")
            }
            return .passed(note: "\(name) \(version), \(sdk)")
        } catch {
            return .failed(
                plugin.name == nil
                    ? "sh_plugin.name is NULL" : "sh_plugin.name is \"\(plugin.name.map { String(cString: $0).prefix(80) } ?? "")\"",
                wanted: "1 to 64 letters, digits, '-', '_', '.', not beginning with '.'",
                todo: "rename the plugin"
            )
        }
    }

    private static func constant(_ context: CheckContext) throws -> Outcome {
        let entry = try context.library().entry()
        guard let first = entry() else { return .failed("NULL", wanted: "a sh_plugin", todo: "return its address") }
        let content = withUnsafeBytes(of: first.pointee) { Array($0) }
        let effects = SideEffects(context)
        for _ in 0..<8 {
            guard let again = entry(), again == first else {
                return .failed(
                    "another address at a later call",
                    wanted: "the same each time",
                    todo: "return the address of one static const sh_plugin"
                )
            }
        }
        guard withUnsafeBytes(of: first.pointee, { Array($0) }) == content else {
            return .failed("its content changed", wanted: "constant data", todo: "make it static const, and fill it in at once")
        }
        if let effect = effects.found() {
            return .failed(
                "\(SH_ENTRY_SYMBOL)() \(effect)",
                wanted: "no side effects",
                todo: "do nothing in it but return an address; begin work in start"
            )
        }
        return .passed
    }
}

extension String {
    func dropping(prefix: String) -> String {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
    }
}
