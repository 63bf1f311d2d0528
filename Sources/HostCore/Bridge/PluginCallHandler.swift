import CStreamHost
import GRPCWire
import HostTransport
import PluginLoading

/// Hands the events of a method's calls to the plugin's functions.
final class PluginCallHandler: CallHandler {
    let kind: MethodKind
    let path: [UInt8]
    let group: CallGroup
    let counts: MethodCounts
    let policy: ReloadPolicy
    let keepsRequest: Bool
    private let method: PluginMethod
    private let scratch: MetadataScratch

    /// `counts`: of the generation before, where it has the method. `nil`: registration has let through what it must not.
    init?(method: PluginMethod, path: [UInt8], group: CallGroup, counts: MethodCounts?, scratch: MetadataScratch) {
        guard let kind = MethodKind(rawValue: method.kind), let policy = ReloadPolicy(rawValue: method.reload) else { return nil }
        self.kind = kind
        self.policy = policy
        keepsRequest = policy == .migrate && !kind.clientStreams
        self.method = method
        self.group = group
        self.counts = counts ?? MethodCounts(loops: group.loops)
        self.scratch = scratch
        self.path = path
    }

    static func path(of method: PluginMethod, _ service: PluginService) -> [UInt8] { Array("/\(service.name)/\(method.name)".utf8) }

    func opened(_ call: ServerCall, resumed: Bool) -> Bool {
        var info = sh_call_info()
        info.struct_size = MemoryLayout<sh_call_info>.size
        info.loop = UInt64(call.loop.index)
        info.deadline_ns = call.deadline.map { Int64(clamping: $0) } ?? Int64.max
        let entries = scratch.entries(of: call)
        info.metadata = UnsafePointer(entries.baseAddress)
        info.metadata_count = entries.count
        if call.mayReceiveCompressed { info.compressed = 1 }
        info.tls =
            switch call.security {
            case .plaintext: 0
            case .tls(nil): 1
            case .tls(_?): 2
            }
        guard resumed else { return open(call, &info) }
        info.resumed = 1
        // A copy of its own: the plugin may set the next checkpoint before it has read this one.
        return call.checkpoint.withUnsafeBytes { checkpoint in
            info.checkpoint = sh_bytes(checkpoint)
            return open(call, &info)
        }
    }

    private func open(_ call: ServerCall, _ info: inout sh_call_info) -> Bool {
        guard call.codec.isEmpty else {
            return call.codec.withUnsafeBytes { codec in
                info.codec = sh_bytes(codec)
                return tell(call, &info)
            }
        }
        return tell(call, &info)
    }

    private func tell(_ call: ServerCall, _ info: inout sh_call_info) -> Bool {
        call.peer.withUnsafeBytes { peer in
            info.peer = sh_bytes(peer)
            return method.handler.on_open?(method.instance, method.context, call.handle.rawValue, &info, &call.userState)
                == sh_status(SH_OK)
        }
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

    func drain(_ call: ServerCall) {
        method.handler.on_drain?(call.userState, call.handle.rawValue)
    }

    func cancelled(_ call: ServerCall, reason: CancelReason) {
        method.handler.on_cancel?(call.userState, call.handle.rawValue, sh_cancel_reason(rawValue: UInt32(reason.rawValue)))
    }

    func yield(_ call: ServerCall) -> YieldAnswer {
        guard let yield = method.handler.on_yield else { return .stays }
        switch yield(call.userState, call.handle.rawValue) {
        case sh_status(SH_OK): return .letsGo
        case sh_status(SH_PENDING): return .later
        default: return .stays
        }
    }

    func closed(_ call: ServerCall) {
        method.handler.on_close?(call.userState, call.handle.rawValue)
        call.userState = nil
    }
}
