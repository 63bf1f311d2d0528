import CStreamHost

/// The handler table of every method: from the ABI's pointers back to objects.
///
/// SAFETY: `method` is a ``MethodBox`` that the instance keeps until it is destroyed; `state` is a ``Call`` that on_open has retained and
/// on_close, the last callback, releases.
enum CallCallbacks {
    // Constant, and never freed: the host copies it at registration, but may keep the pointer.
    nonisolated(unsafe) static let table: UnsafePointer<sh_handler> = {
        let pointer = UnsafeMutablePointer<sh_handler>.allocate(capacity: 1)
        var handler = sh_handler()
        handler.struct_size = MemoryLayout<sh_handler>.size
        handler.on_open = { instance, method, handle, info, state in
            guard let instance, let method, let info, let state else { return sh_status(SH_INVALID) }
            let owner = Unmanaged<PluginInstance>.fromOpaque(instance).takeUnretainedValue()
            let box = Unmanaged<MethodBox>.fromOpaque(method).takeUnretainedValue()
            guard info.pointee.codec.size == 0 else {
                owner.host.finish(handle, CallCallbacks.otherCodec(info.pointee.codec), trailers: Metadata())
                return sh_status(SH_UNSUPPORTED)
            }
            guard let executor = owner.executor(info.pointee.loop) else { return sh_status(SH_UNSUPPORTED) }
            let call = Call(
                CallSetup(
                    instance: owner,
                    executor: executor,
                    method: box,
                    handle: handle,
                    deadline: info.pointee.deadline_ns,
                    head: CallHead(info.pointee)
                )
            )
            state.pointee = Unmanaged.passRetained(call).toOpaque()
            call.opened()
            return sh_status(SH_OK)
        }
        handler.on_message = { state, _, message in CallCallbacks.call(state)?.received(message.raw) }
        handler.on_half_close = { state, _ in CallCallbacks.call(state)?.halfClosed() }
        handler.on_writable = { state, _ in CallCallbacks.call(state)?.becameWritable() }
        handler.on_drain = { state, _ in CallCallbacks.call(state)?.drain() }
        handler.on_cancel = { state, _, _ in CallCallbacks.call(state)?.cancel() }
        handler.on_yield = { state, _ in CallCallbacks.call(state)?.yield() ?? sh_status(SH_REFUSED) }
        handler.on_close = { state, _ in
            if let state { Unmanaged<Call>.fromOpaque(state).release() }
        }
        pointer.initialize(to: handler)
        return UnsafePointer(pointer)
    }()

    private static func otherCodec(_ codec: sh_bytes) -> RPCError {
        let found = String(decoding: codec.raw.prefix(100), as: UTF8.self)
        return RPCError(.unimplemented, "found application/grpc+\(found); wanted application/grpc or application/grpc+proto")
    }

    @inline(__always)
    private static func call(_ state: UnsafeMutableRawPointer?) -> Call? {
        state.map { Unmanaged<Call>.fromOpaque($0).takeUnretainedValue() }
    }
}
