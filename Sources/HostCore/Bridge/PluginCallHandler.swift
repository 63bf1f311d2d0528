import CStreamHost
import GRPCWire
import HostTransport
import PluginLoading
import Synchronization

/// Hands the events of a method's calls to the plugin's functions.
final class PluginCallHandler: CallHandler {
    let kind: MethodKind
    private let method: PluginMethod
    private let live: LiveCalls
    private let scratch: MetadataScratch

    init?(method: PluginMethod, live: LiveCalls, scratch: MetadataScratch) {
        guard let kind = MethodKind(rawValue: method.kind) else { return nil }
        self.kind = kind
        self.method = method
        self.live = live
        self.scratch = scratch
    }

    func opened(_ call: ServerCall) -> Bool {
        var info = sh_call_info()
        info.struct_size = MemoryLayout<sh_call_info>.size
        info.loop = UInt64(call.loop.index)
        info.deadline_ns = call.deadline.map { Int64(clamping: $0) } ?? Int64.max
        live.begin()
        let status = call.peer.withUnsafeBytes { peer in
            info.peer = sh_bytes(peer)
            let entries = scratch.entries(of: call)
            info.metadata = UnsafePointer(entries.baseAddress)
            info.metadata_count = entries.count
            return method.handler.on_open?(method.instance, method.context, call.handle.rawValue, &info, &call.userState)
                ?? sh_status(SH_INVALID)
        }
        guard status == sh_status(SH_OK) else {
            live.end()
            return false
        }
        return true
    }

    func received(_ call: ServerCall, message: UnsafeRawBufferPointer) {
        method.handler.on_message?(call.userState, call.handle.rawValue, sh_bytes(message))
    }

    func halfClosed(_ call: ServerCall) {
        method.handler.on_half_close?(call.userState, call.handle.rawValue)
    }

    func writable(_ call: ServerCall) {
        method.handler.on_writable?(call.userState, call.handle.rawValue)
    }

    func cancelled(_ call: ServerCall, reason: CancelReason) {
        method.handler.on_cancel?(call.userState, call.handle.rawValue, sh_cancel_reason(rawValue: UInt32(reason.rawValue)))
    }

    func closed(_ call: ServerCall) {
        method.handler.on_close?(call.userState, call.handle.rawValue)
        call.userState = nil
        live.end()
    }
}

/// How many calls of a plugin are open.
final class LiveCalls: Sendable {
    private let count = Atomic<Int>(0)

    func begin() { count.wrappingAdd(1, ordering: .relaxed) }
    func end() { count.wrappingSubtract(1, ordering: .releasing) }
    var value: Int { count.load(ordering: .acquiring) }
}

extension sh_bytes {
    /// A view of those bytes, which must outlive it.
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), size: bytes.count)
    }
}
