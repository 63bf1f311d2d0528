import CStreamHost
import Synchronization

/// The function table that one plugin sees, and what belongs to that plugin alone.
///
/// SAFETY: `@unchecked Sendable` as the table is filled in init and only read afterwards; what changes is behind a mutex. Its context is
/// this object, which its owner keeps until the plugin's `destroy` has returned. Text that plugins may keep views of (configuration,
/// folder, version) is in memory that is freed in deinit.
public final class HostTable: @unchecked Sendable {
    /// A function of the plugin's with its argument.
    public typealias Callback = @convention(c) (UnsafeMutableRawPointer?) -> Void

    let services: any HostServices
    let plugin: String
    /// What the plugin is given.
    package let pointer: UnsafeMutablePointer<sh_host>
    private let configText: StableText
    private let version: StableText
    private let folder = Mutex<StableText?>(nil)
    /// Whether the plugin has told that its retirement, which was pending, is complete.
    package let hasRetired = Atomic<Bool>(false)
    /// `nil` for a library that is never unmapped.
    let pendingWork: PendingWork?

    /// A table for the plugin of that name. It must outlive the plugin's `destroy`.
    package convenience init(services: any HostServices, plugin: String, config: [UInt8], hostVersion: String) {
        self.init(services: services, plugin: plugin, config: config, hostVersion: hostVersion, pendingWork: nil)
    }

    init(services: any HostServices, plugin: String, config: [UInt8], hostVersion: String, pendingWork: PendingWork?) {
        self.services = services
        self.pendingWork = pendingWork
        self.plugin = plugin
        configText = StableText(config)
        version = StableText(Array(hostVersion.utf8))
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: Self.functions)
        pointer.pointee.context = Unmanaged.passUnretained(self).toOpaque()
        pointer.pointee.host_version = version.cString
    }

    deinit {
        pointer.deallocate()
    }

    /// The configuration, as `create` is given it.
    package var config: sh_bytes { configText.view }

    private func dataDirectory() throws(PluginError) -> sh_bytes {
        if let known = folder.withLock({ $0 }) { return known.view }
        let text = StableText(Array(try services.makeDataDirectory(plugin: plugin).utf8))
        return folder.withLock { folder in
            let kept = folder ?? text
            folder = kept
            return kept.view
        }
    }

    // For the functions that calls live on: without taking a reference, as the plugin that calls keeps the table's owner alive.
    @inline(__always)
    private static func with(_ host: UnsafePointer<sh_host>?, _ body: (HostTable) -> sh_status) -> sh_status {
        guard let context = host?.pointee.context else { return HostTable.invalid }
        return Unmanaged<HostTable>.fromOpaque(context)._withUnsafeGuaranteedRef(body)
    }

    @inline(__always)
    private static func of(_ host: UnsafePointer<sh_host>?) -> HostTable? {
        guard let context = host?.pointee.context else { return nil }
        return Unmanaged<HostTable>.fromOpaque(context).takeUnretainedValue()
    }

    private static let invalid = sh_status(SH_INVALID)

    // MARK: The functions

    private static var functions: sh_host {
        var table = sh_host()
        table.struct_size = MemoryLayout<sh_host>.size
        table.abi_major = SH_ABI_MAJOR
        table.abi_minor = SH_ABI_MINOR
        addGeneral(&table)
        addAnswering(&table)
        addReading(&table)
        addReload(&table)
        addBuffers(&table)
        addWakeUps(&table)
        return table
    }

    private static func addGeneral(_ table: inout sh_host) {
        // No extension is offered yet: every name is answered NULL.
        table.get_extension = { _, _ in nil }
        table.config = { host in HostTable.of(host)?.config ?? sh_bytes() }
        table.data_dir = { host, path, error in
            guard let own = HostTable.of(host), let path else { return HostTable.invalid }
            do throws(PluginError) {
                path.pointee = try own.dataDirectory()
                return sh_status(SH_OK)
            } catch let failure {
                ErrorText.write(failure.message, to: error)
                return HostTable.invalid
            }
        }
        table.log = { host, level, message in
            guard let own = HostTable.of(host) else { return }
            own.services.log(plugin: own.plugin, level: level, String(decoding: message.raw, as: UTF8.self))
        }
        table.retired = { host in
            guard let own = HostTable.of(host) else { return }
            own.hasRetired.store(true, ordering: .releasing)
        }
    }

    private static func addAnswering(_ table: inout sh_host) {
        table.send_metadata = { host, call, entries, count in
            HostTable.of(host)?.services.sendMetadata(call, UnsafeBufferPointer(start: entries, count: count)) ?? HostTable.invalid
        }
        table.send = { host, call, message in HostTable.with(host) { $0.services.send(call, message.raw) } }
        table.send_buffer = { host, call, message in
            guard let message else { return HostTable.invalid }
            return HostTable.with(host) { $0.services.send(call, message) }
        }
        table.compress = { host, call, on in HostTable.of(host)?.services.compress(call, on != 0) ?? HostTable.invalid }
        table.finish = { host, call, finish in HostTable.with(host) { $0.services.finish(call, finish) } }
    }

    private static func addReading(_ table: inout sh_host) {
        table.request = { host, call, messages in HostTable.with(host) { $0.services.request(call, messages) } }
        table.metadata = { host, call, entries, count in
            guard let own = HostTable.of(host), let entries, let count else { return HostTable.invalid }
            let answer = own.services.metadata(call)
            entries.pointee = answer.entries.baseAddress
            count.pointee = answer.entries.count
            return answer.status
        }
        table.was_compressed = { host, call in HostTable.of(host)?.services.wasCompressed(call) == true ? 1 : 0 }
        table.tls_identity = { host, call, part, index, value in
            guard let own = HostTable.of(host), let value else { return HostTable.invalid }
            let answer = own.services.tlsIdentity(call, part, index)
            value.pointee = answer.value
            return answer.status
        }
    }

    private static func addReload(_ table: inout sh_host) {
        table.checkpoint = { host, call, bytes in HostTable.with(host) { $0.services.checkpoint(call, bytes.raw) } }
        table.give_back = { host, call, message in HostTable.of(host)?.services.giveBack(call, message.raw) ?? HostTable.invalid }
        table.yielded = { host, call, answer in
            guard answer == sh_status(SH_OK) || answer == sh_status(SH_REFUSED) else { return HostTable.invalid }
            return HostTable.of(host)?.services.yielded(call, answer) ?? HostTable.invalid
        }
    }

    private static func addBuffers(_ table: inout sh_host) {
        table.buffer_create = { host, size, bytes in
            guard let own = HostTable.of(host) else { return nil }
            var start: UnsafeMutablePointer<UInt8>?
            let buffer = own.services.createBuffer(size, &start)
            bytes?.pointee = start
            return buffer
        }
        table.buffer_retain = { host, buffer in
            if let buffer { HostTable.of(host)?.services.retainBuffer(buffer) }
        }
        table.buffer_release = { host, buffer in
            if let buffer { HostTable.of(host)?.services.releaseBuffer(buffer) }
        }
    }

    private static func addWakeUps(_ table: inout sh_host) {
        table.post = { host, call, function, argument, release in
            guard let function, let own = HostTable.of(host) else { return HostTable.invalid }
            guard let pending = own.pendingWork else { return own.services.post(call, function, argument, release: release) }
            let task = pending.task(function, argument, release: release)
            return own.services.post(call, PendingWork.run, task, release: PendingWork.drop)
        }
        table.loop_post = { host, loop, function, argument in
            guard let function, let own = HostTable.of(host) else { return HostTable.invalid }
            guard let pending = own.pendingWork else { return own.services.loopPost(loop, function, argument) }
            let task = pending.task(function, argument)
            let status = own.services.loopPost(loop, PendingWork.run, task)
            if status != sh_status(SH_OK) { PendingWork.drop(task) }
            return status
        }
        table.loop_is_current = { host, loop in HostTable.of(host)?.services.loopIsCurrent(loop) == true ? 1 : 0 }
        table.timer_start = { host, loop, nanoseconds, function, argument in
            guard let function, let own = HostTable.of(host) else { return 0 }
            guard let pending = own.pendingWork else { return own.services.startTimer(loop, nanoseconds, function, argument) }
            let task = pending.task(function, argument)
            let timer = own.services.startTimer(loop, nanoseconds, PendingWork.run, task)
            pending.started(timer, task)
            return timer
        }
        table.timer_cancel = { host, timer in
            guard let own = HostTable.of(host) else { return HostTable.invalid }
            let status = own.services.cancelTimer(timer)
            if status == sh_status(SH_OK) { own.pendingWork?.cancelled(timer) }
            return status
        }
    }
}

extension sh_bytes {
    /// The view as Swift reads it.
    @inline(__always)
    public var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size) }
}

extension sh_bytes {
    /// A view of those bytes, which must outlive it.
    @inline(__always)
    public init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), size: bytes.count)
    }
}
