import CStreamHost
import PluginLoading

/// Shared buffers, counted. A handle is never used again, so that a late use is seen.
extension CheckHost {
    func createBuffer(_ size: Int, _ bytes: inout UnsafeMutablePointer<UInt8>?) -> OpaquePointer? {
        guard size >= 0, size <= Int(Int32.max) else { return nil }
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(size, 1))
        memory.initialize(repeating: 0, count: max(size, 1))
        bytes = memory
        return locked {
            let handle = OpaquePointer(UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16))
            buffers[handle] = Buffer(bytes: memory, count: size, references: 1)
            return handle
        }
    }

    func retainBuffer(_ buffer: OpaquePointer) {
        locked {
            guard usable(buffer, "buffer_retain") != nil else { return }
            buffers[buffer]?.references += 1
        }
    }

    func releaseBuffer(_ buffer: OpaquePointer) {
        locked {
            guard let known = usable(buffer, "buffer_release") else { return }
            buffers[buffer]?.references -= 1
            if known.references == 1 { known.bytes.deallocate() }
        }
    }

    /// The handle's buffer, where a reference is left. Under the lock.
    func usable(_ handle: OpaquePointer, _ function: String) -> Buffer? {
        if let buffer = buffers[handle], buffer.references > 0 { return buffer }
        report(
            .buffers,
            found:
                "\(function) with a buffer that \(buffers[handle] == nil ? "the host didn't make" : "was released for the last time before")",
            wanted: "a buffer of which the plugin holds a reference",
            todo: "release each reference once: buffer_create gives one, buffer_retain one more; send_buffer takes none of them"
        )
        return nil
    }
}
