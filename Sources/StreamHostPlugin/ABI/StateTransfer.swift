import CStreamHost

/// A plugin's saved state on its way over the ABI.
///
/// SAFETY: the host gets a pointer into `bytes`, which this object keeps, unchanged, until the host calls the release function, once. Arrays
/// are one piece of memory that stays where it is as long as nobody changes them. The schema's name is kept by the instance.
final class StateTransfer {
    private let bytes: [UInt8]

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Fills in what `save` answers. Without a state, the schema is NULL: there is nothing to hand over.
    static func fill(_ target: UnsafeMutablePointer<sh_state>, with state: SavedState?, names: StableNames) throws {
        guard let state else {
            target.pointee.schema = nil
            target.pointee.version = 0
            target.pointee.bytes = sh_owned()
            return
        }
        guard !state.schema.isEmpty, let version = UInt32(exactly: state.version) else {
            throw RPCError(
                .internalError,
                "the plugin's state is \(state.schema.debugDescription) \(state.version); wanted a name and a version from 0 to \(UInt32.max)"
            )
        }
        target.pointee.schema = names.pointer(to: state.schema)
        target.pointee.version = version
        let transfer = StateTransfer(state.bytes)
        target.pointee.bytes = transfer.bytes.withUnsafeBytes { view in
            sh_owned(
                data: view.baseAddress?.assumingMemoryBound(to: UInt8.self),
                size: view.count,
                release: { if let context = $0 { Unmanaged<StateTransfer>.fromOpaque(context).release() } },
                context: Unmanaged.passRetained(transfer).toOpaque()
            )
        }
    }

    /// What `restore` was given.
    static func take(_ schema: UnsafePointer<CChar>?, _ version: UInt32, _ bytes: sh_bytes) -> SavedState {
        SavedState(schema: schema.map { String(cString: $0) } ?? "", version: Int(version), bytes: Array(bytes.raw))
    }
}

/// Names as C has them, each made once, and there until `destroy`. [control] is one at a time: there is nothing to protect.
final class StableNames {
    // A plugin has one or two. A dictionary would be the only one of its type: the runtime would look it up, in the midst of a move.
    private var known: [(name: String, memory: UnsafeMutablePointer<CChar>)] = []

    func pointer(to name: String) -> UnsafePointer<CChar> {
        if let made = known.first(where: { $0.name == name }) { return UnsafePointer(made.memory) }
        let bytes = Array(name.utf8CString)
        let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        memory.initialize(from: bytes, count: bytes.count)
        known.append((name, memory))
        return UnsafePointer(memory)
    }

    deinit {
        for name in known { name.memory.deallocate() }
    }
}
