import CStreamHost
import GRPCWire
import HostTransport
import PluginLoading

/// The functions that plugins call, on top of the transport's calls. Decides between the short way, on the call's own loop, and the
/// loop's mailbox, from any other thread.
final class CallBridge: HostServices {
    let loops: [CallLoop]
    let scratch: MetadataScratch
    private let files: PluginFiles
    private let logger: PluginLog

    init(loops: [CallLoop], files: PluginFiles, logger: PluginLog) {
        self.loops = loops
        self.files = files
        self.logger = logger
        scratch = MetadataScratch(loops: loops.count)
    }

    @inline(__always)
    private func loop(_ call: sh_call) -> CallLoop? {
        let index = CallHandle(rawValue: call).loop
        return index < loops.count ? loops[index] : nil
    }

    // MARK: Answering

    func sendMetadata(_ call: sh_call, _ entries: UnsafeBufferPointer<sh_metadata>) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        guard let metadata = MetadataBlock(sendable: entries) else { return .invalid }
        return sh_status(loop.send(metadata: metadata, to: CallHandle(rawValue: call)))
    }

    func send(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        return sh_status(loop.send(message, to: CallHandle(rawValue: call)))
    }

    func send(_ call: sh_call, _ message: OpaquePointer) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        return sh_status(loop.send(SharedBytes.of(message), to: CallHandle(rawValue: call)))
    }

    func compress(_ call: sh_call, _ on: Bool) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        return sh_status(loop.setCompression(on, of: CallHandle(rawValue: call)))
    }

    func finish(_ call: sh_call, _ finish: UnsafePointer<sh_finish>?) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        guard let finish else { return sh_status(loop.finish(.ok, CallHandle(rawValue: call))) }
        guard let end = CallEnd(finish) else { return .invalid }
        return sh_status(loop.finish(end, CallHandle(rawValue: call)))
    }

    // MARK: Reading

    func request(_ call: sh_call, _ messages: UInt32) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        return sh_status(loop.request(messages, of: CallHandle(rawValue: call)))
    }

    func metadata(_ call: sh_call) -> (status: sh_status, entries: UnsafeBufferPointer<sh_metadata>) {
        let none = UnsafeBufferPointer<sh_metadata>(start: nil, count: 0)
        guard let loop = loop(call) else { return (.closed, none) }
        guard loop.isCurrent else { return (.wrongThread, none) }
        guard let call = loop.call(CallHandle(rawValue: call)) else { return (.closed, none) }
        return (.ok, UnsafeBufferPointer(scratch.entries(of: call)))
    }

    func wasCompressed(_ call: sh_call) -> Bool {
        guard let loop = loop(call), loop.isCurrent else { return false }
        return loop.deliversCompressed
    }

    func tlsIdentity(_ call: sh_call, _ part: sh_tls_part, _ index: Int) -> (status: sh_status, value: sh_bytes) {
        guard let loop = loop(call) else { return (.closed, sh_bytes()) }
        guard loop.isCurrent else { return (.wrongThread, sh_bytes()) }
        guard let call = loop.call(CallHandle(rawValue: call)) else { return (.closed, sh_bytes()) }
        guard case .tls(let identity?) = call.security else { return (.unsupported, sh_bytes()) }
        let value: SharedBytes? =
            switch Int(part) {
            case Int(SH_TLS_SUBJECT) where index == 0: identity.subject
            case Int(SH_TLS_NAME) where identity.names.indices.contains(index): identity.names[index]
            case Int(SH_TLS_CERTIFICATE) where index == 0: identity.certificate
            default: nil
            }
        guard let value else { return (.invalid, sh_bytes()) }
        return (.ok, sh_bytes(UnsafeRawBufferPointer(value.bytes)))
    }

    func checkpoint(_ call: sh_call, _ bytes: UnsafeRawBufferPointer) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        return sh_status(loop.checkpoint(bytes, of: CallHandle(rawValue: call)))
    }

    // MARK: Moving

    func giveBack(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        return sh_status(loop.giveBack(message, of: CallHandle(rawValue: call)))
    }

    func yielded(_ call: sh_call, _ answer: sh_status) -> sh_status {
        guard let loop = loop(call) else { return .closed }
        return sh_status(loop.yielded(answer == .ok, of: CallHandle(rawValue: call)))
    }

    // MARK: Buffers

    func createBuffer(_ size: Int, _ bytes: inout UnsafeMutablePointer<UInt8>?) -> OpaquePointer? {
        guard size >= 0, size <= Int(Int32.max) else { return nil }
        let buffer = SharedBytes(count: size)
        bytes = buffer.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        return OpaquePointer(Unmanaged.passRetained(buffer).toOpaque())
    }

    func retainBuffer(_ buffer: OpaquePointer) {
        _ = Unmanaged<SharedBytes>.fromOpaque(UnsafeRawPointer(buffer)).retain()
    }

    func releaseBuffer(_ buffer: OpaquePointer) {
        Unmanaged<SharedBytes>.fromOpaque(UnsafeRawPointer(buffer)).release()
    }

    // MARK: Wake-ups

    func post(
        _ call: sh_call,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?,
        release: HostTable.Callback?
    ) -> sh_status {
        let handle = CallHandle(rawValue: call)
        guard let loop = loop(call), loop.isOpen(handle) else {
            release?(argument)
            return .closed
        }
        loop.post(LoopTask(function, argument, for: handle, release: release))
        return .ok
    }

    func loopPost(
        _ loop: sh_loop,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?
    ) -> sh_status {
        guard loop < UInt64(loops.count) else { return .invalid }
        loops[Int(loop)].post(LoopTask(function, argument))
        return .ok
    }

    func loopIsCurrent(_ loop: sh_loop) -> Bool {
        loop < UInt64(loops.count) && loops[Int(loop)].isCurrent
    }

    func startTimer(
        _ loop: sh_loop,
        _ nanoseconds: UInt64,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?
    ) -> sh_timer {
        guard loop < UInt64(loops.count), loops[Int(loop)].isCurrent else { return 0 }
        return loops[Int(loop)].startTimer(after: nanoseconds, LoopTask(function, argument))
    }

    func cancelTimer(_ timer: sh_timer) -> sh_status {
        let index = Int(timer >> 56)
        guard index < loops.count else { return .closed }
        guard loops[index].isCurrent else { return .wrongThread }
        return loops[index].cancelTimer(timer) ? .ok : .closed
    }

    // MARK: The plugin's own

    func log(plugin: String, level: Int32, _ message: String) {
        logger.log(plugin: plugin, level: level, message)
    }

    func makeDataDirectory(plugin: String) throws(PluginError) -> String {
        try files.makeDirectory(plugin: plugin)
    }
}

extension SharedBytes {
    // SAFETY: an sh_buffer is made by createBuffer alone, and is nothing but a reference of this class; who passes it owns one.
    fileprivate static func of(_ buffer: OpaquePointer) -> SharedBytes {
        Unmanaged<SharedBytes>.fromOpaque(UnsafeRawPointer(buffer)).takeUnretainedValue()
    }
}
