import CStreamHost

/// The host's function table, as Swift calls it.
///
/// SAFETY: `@unchecked Sendable` as the table is constant, lives until the plugin's `destroy` has returned, and its functions may be called
/// from any thread, except those whose callers say otherwise.
struct HostFunctions: @unchecked Sendable {
    let table: UnsafePointer<sh_host>

    var version: String { table.pointee.host_version.map { String(cString: $0) } ?? "" }

    var config: [UInt8] { table.pointee.config.map { Array($0(table).raw) } ?? [] }

    func dataDirectory() throws -> String {
        var path = sh_bytes()
        var error = sh_error.empty
        guard table.pointee.data_dir?(table, &path, &error) == sh_status(SH_OK) else {
            throw RPCError(.internalError, error.reason)
        }
        return String(decoding: path.raw, as: UTF8.self)
    }

    func log(_ level: Int32, _ message: String) {
        var message = message
        message.withUTF8 { table.pointee.log?(table, level, sh_bytes(data: $0.baseAddress, size: $0.count)) }
    }

    // MARK: Calls

    @inline(__always)
    func send(_ call: sh_call, _ bytes: UnsafeRawBufferPointer) -> sh_status {
        table.pointee.send?(table, call, sh_bytes(bytes)) ?? sh_status(SH_UNSUPPORTED)
    }

    @inline(__always)
    func send(_ call: sh_call, _ buffer: OpaquePointer) -> sh_status {
        table.pointee.send_buffer?(table, call, buffer) ?? sh_status(SH_UNSUPPORTED)
    }

    func send(_ call: sh_call, metadata: Metadata) -> sh_status {
        metadata.withEntries { table.pointee.send_metadata?(table, call, $0.baseAddress, $0.count) ?? sh_status(SH_UNSUPPORTED) }
    }

    func finish(_ call: sh_call) {
        _ = table.pointee.finish?(table, call, nil)
    }

    func finish(_ call: sh_call, _ error: RPCError?, trailers: Metadata) {
        var end = sh_finish()
        end.struct_size = MemoryLayout<sh_finish>.size
        end.code = error?.code.rawValue ?? 0
        var message = error?.message ?? ""
        let details = error?.details ?? []
        let pushback = error?.retryPushback.map { [$0.trailer] } ?? []
        let trailers = pushback.isEmpty ? trailers : Metadata(trailers.entries + pushback)
        message.withUTF8 { text in
            details.withUnsafeBytes { details in
                trailers.withEntries { entries in
                    end.message = sh_bytes(data: text.baseAddress, size: text.count)
                    end.details = sh_bytes(details)
                    end.trailers = UnsafePointer(entries.baseAddress)
                    end.trailer_count = entries.count
                    if table.pointee.finish?(table, call, &end) == sh_status(SH_INVALID), entries.count > 0 {
                        // A trailer that HTTP can't carry must not keep the call from ending.
                        log(Int32(SH_LOG_ERROR), "trailing metadata dropped: it has a name or a value that may not be sent")
                        end.trailer_count = 0
                        _ = table.pointee.finish?(table, call, &end)
                    }
                }
            }
        }
    }

    func compress(_ call: sh_call, _ on: Bool) -> sh_status {
        table.pointee.compress?(table, call, on ? 1 : 0) ?? sh_status(SH_UNSUPPORTED)
    }

    func wasCompressed(_ call: sh_call) -> Bool { table.pointee.was_compressed?(table, call) == 1 }

    /// On the loop. `nil`: there is no such part, or nobody who could have it.
    func tlsIdentity(_ call: sh_call, _ part: Int, index: Int = 0) -> [UInt8]? {
        var value = sh_bytes()
        guard table.pointee.tls_identity?(table, call, sh_tls_part(part), index, &value) == sh_status(SH_OK) else { return nil }
        return Array(value.raw)
    }

    @inline(__always)
    func request(_ call: sh_call, _ messages: UInt32) {
        _ = table.pointee.request?(table, call, messages)
    }

    // MARK: Reload

    @inline(__always)
    func checkpoint(_ call: sh_call, _ bytes: UnsafeRawBufferPointer) -> sh_status {
        table.pointee.checkpoint?(table, call, sh_bytes(bytes)) ?? sh_status(SH_UNSUPPORTED)
    }

    func giveBack(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status {
        table.pointee.give_back?(table, call, sh_bytes(message)) ?? sh_status(SH_UNSUPPORTED)
    }

    /// The call lets go.
    func yielded(_ call: sh_call) {
        _ = table.pointee.yielded?(table, call, sh_status(SH_OK))
    }

    // MARK: Buffers

    func createBuffer(_ size: Int) -> (buffer: OpaquePointer, bytes: UnsafeMutableRawBufferPointer)? {
        var start: UnsafeMutablePointer<UInt8>?
        guard let buffer = table.pointee.buffer_create?(table, size, &start) else { return nil }
        return (buffer, UnsafeMutableRawBufferPointer(start: start, count: size))
    }

    func releaseBuffer(_ buffer: OpaquePointer) { table.pointee.buffer_release?(table, buffer) }

    // MARK: Wake-ups

    typealias Callback = @convention(c) (UnsafeMutableRawPointer?) -> Void

    func post(_ loop: sh_loop, _ function: @escaping Callback, _ argument: UnsafeMutableRawPointer) {
        _ = table.pointee.loop_post?(table, loop, function, argument)
    }

    /// On the loop.
    func startTimer(
        _ loop: sh_loop,
        _ nanoseconds: UInt64,
        _ function: @escaping Callback,
        _ argument: UnsafeMutableRawPointer
    ) -> sh_timer {
        table.pointee.timer_start?(table, loop, nanoseconds, function, argument) ?? 0
    }

    /// On the loop. `false`: it has run.
    func cancelTimer(_ timer: sh_timer) -> Bool {
        table.pointee.timer_cancel?(table, timer) == sh_status(SH_OK)
    }

    func retired() { table.pointee.retired?(table) }
}

extension sh_bytes {
    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), size: bytes.count)
    }

    @inline(__always)
    var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size) }
}

extension Metadata {
    /// The entries as the ABI has them, for as long as `body` runs.
    func withEntries<R>(_ body: (UnsafeBufferPointer<sh_metadata>) -> R) -> R {
        guard !entries.isEmpty else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
        let bytes = entries.flatMap { Array($0.name.utf8) + $0.value }
        return bytes.withUnsafeBytes { bytes in
            var offset = 0
            let views = entries.map { entry in
                let name = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + entry.name.utf8.count)])
                offset += name.count
                let value = UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + entry.value.count)])
                offset += value.count
                return sh_metadata(name: sh_bytes(name), value: sh_bytes(value))
            }
            return views.withUnsafeBufferPointer(body)
        }
    }
}
