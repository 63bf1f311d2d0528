import CStreamHost
import Foundation
import Synchronization

/// The functions of the table.
extension FakeHost {
    private static func of(_ table: UnsafePointer<sh_host>?) -> FakeHost? {
        table?.pointee.context.map { Unmanaged<FakeHost>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func call(_ table: UnsafePointer<sh_host>?, _ handle: sh_call) -> FakeCall? { of(table)?.call(handle) }

    private static var closed: sh_status { sh_status(SH_CLOSED) }

    func fillTable() {
        table.pointee.struct_size = MemoryLayout<sh_host>.size
        table.pointee.abi_major = SH_ABI_MAJOR
        table.pointee.abi_minor = SH_ABI_MINOR
        // Kept for good: a task that ends late may still call.
        table.pointee.context = Unmanaged.passRetained(self).toOpaque()
        fillPlugin()
        fillCalls()
        fillReload()
        fillBuffers()
        fillWakeUps()
    }

    private func fillPlugin() {
        table.pointee.get_extension = { _, _ in nil }
        table.pointee.config = { FakeHost.of($0)?.config.view ?? sh_bytes() }
        table.pointee.data_dir = { host, path, _ in
            guard let host = FakeHost.of(host), let path else { return sh_status(SH_INVALID) }
            path.pointee = host.dataDirectory.view
            return sh_status(SH_OK)
        }
        table.pointee.log = { host, _, message in
            let line = String(decoding: message.copied, as: UTF8.self)
            FakeHost.of(host)?.shared.withLock { $0.log.append(line) }
        }
        table.pointee.retired = { _ in }
    }

    private func fillCalls() {
        table.pointee.send_metadata = { host, call, entries, count in
            FakeHost.call(host, call)?.sendMetadata(UnsafeBufferPointer(start: entries, count: count)) ?? FakeHost.closed
        }
        table.pointee.send = { host, call, message in FakeHost.call(host, call)?.send(message.copied) ?? FakeHost.closed }
        table.pointee.send_buffer = { host, call, buffer in
            guard let bytes = FakeBuffer.bytes(buffer) else { return sh_status(SH_INVALID) }
            return FakeHost.call(host, call)?.send(bytes) ?? FakeHost.closed
        }
        table.pointee.compress = { host, call, on in FakeHost.call(host, call)?.compress(on != 0) ?? FakeHost.closed }
        table.pointee.was_compressed = { host, call in FakeHost.call(host, call)?.deliversCompressed == true ? 1 : 0 }
        table.pointee.tls_identity = { host, _, part, index, value in
            guard let identity = FakeHost.of(host)?.identity else { return sh_status(SH_UNSUPPORTED) }
            guard let text = identity.part(part, index) else { return sh_status(SH_INVALID) }
            value?.pointee = text.view
            return sh_status(SH_OK)
        }
        table.pointee.finish = { host, call, end in FakeHost.call(host, call)?.finish(end) ?? FakeHost.closed }
        table.pointee.request = { host, call, messages in FakeHost.call(host, call)?.request(messages) ?? FakeHost.closed }
    }

    private func fillReload() {
        table.pointee.checkpoint = { host, call, bytes in FakeHost.call(host, call)?.checkpoint(bytes.copied) ?? FakeHost.closed }
        table.pointee.give_back = { host, call, bytes in FakeHost.call(host, call)?.giveBack(bytes.copied) ?? FakeHost.closed }
        table.pointee.yielded = { host, call, answer in FakeHost.call(host, call)?.yielded(answer) ?? FakeHost.closed }
    }

    private func fillBuffers() {
        table.pointee.buffer_create = { _, size, bytes in FakeBuffer.make(size, bytes) }
        table.pointee.buffer_retain = { _, buffer in FakeBuffer.retain(buffer) }
        table.pointee.buffer_release = { _, buffer in FakeBuffer.release(buffer) }
    }

    private func fillWakeUps() {
        table.pointee.loop_post = { host, _, function, argument in
            guard let function else { return sh_status(SH_INVALID) }
            FakeHost.of(host)?.post(Posted(function: function, argument: argument))
            return sh_status(SH_OK)
        }
        table.pointee.loop_is_current = { host, _ in
            FakeHost.of(host).map { pthread_equal(pthread_self(), $0.thread) != 0 ? 1 : 0 } ?? 0
        }
        table.pointee.timer_start = { host, _, nanoseconds, function, argument in
            guard let function, let host = FakeHost.of(host), pthread_equal(pthread_self(), host.thread) != 0 else { return 0 }
            return host.startTimer(nanoseconds, Posted(function: function, argument: argument))
        }
        table.pointee.timer_cancel = { host, timer in
            FakeHost.of(host)?.cancelTimer(timer) == true ? sh_status(SH_OK) : FakeHost.closed
        }
    }
}
