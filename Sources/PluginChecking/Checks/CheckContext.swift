import CStreamHost
import PluginLoading

/// What a check has to work with, in the child.
///
/// SAFETY: `@unchecked Sendable` as it is used by the checking thread alone.
final class CheckContext: @unchecked Sendable {
    let path: String
    let config: [UInt8]
    let scratch: Scratch
    let journal: Journal
    let loop: CheckLoop
    /// So long a check waits for something that the plugin owes: a part of what the whole check may take.
    let patience: UInt64
    /// The same, to be read.
    var patienceInWords: String {
        let tenths = patience / 100_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
    private var loaded: LoadedLibrary?
    private var loadedCopy: LoadedLibrary?
    private var folders = 0
    private var copies = 0
    private(set) var dataDirectory = ""

    init(path: String, config: [UInt8], scratch: Scratch, journal: Journal, secondsPerCheck: Int) {
        self.path = path
        self.config = config
        self.scratch = scratch
        self.journal = journal
        patience = UInt64(secondsPerCheck) * 300_000_000
        loop = CheckLoop()
    }

    /// Each check has a folder of its own for the plugin's files.
    func beginCheck() {
        // What a check that ended early has left is not served any more.
        loop.hosts = []
        folders += 1
        dataDirectory = "\(scratch.path)/data\(folders)"
    }

    func library() throws -> LoadedLibrary {
        if let loaded { return loaded }
        let library = try LoadedLibrary(path: path)
        loaded = library
        return library
    }

    /// A copy of the library, mapped beside it: as the next generation is.
    func copy() throws -> LoadedLibrary {
        if let loadedCopy { return loadedCopy }
        let library = try freshCopy()
        loadedCopy = library
        return library
    }

    func freshCopy() throws -> LoadedLibrary {
        copies += 1
        return try LoadedLibrary(path: try scratch.copy(path, as: "copy\(copies).so"))
    }

    /// An instance that serves.
    func started(_ library: LoadedLibrary? = nil) throws -> Instance {
        let instance = try Instance(try library ?? self.library(), self)
        do {
            _ = try instance.start()
        } catch {
            instance.leave()
            throw error
        }
        return instance
    }

    // MARK: Waiting

    /// Waits for what the plugin owes. The clock may run ahead by a minute.
    func wait(until done: () -> Bool) -> Bool {
        loop.pump(CheckLoop.Patience(most: patience, ahead: 60_000_000_000, untilQuiet: false), until: done)
    }

    /// Lets everything happen that will happen by itself.
    func settle(ahead: UInt64 = 2_000_000_000) {
        loop.pump(CheckLoop.Patience(most: min(patience, 500_000_000), ahead: ahead, untilQuiet: true), until: { false })
    }

    // MARK: The end of an instance

    /// Ends what is open, retires and destroys, and looks for what is left. One that doesn't retire is left as it is: there is a check for that.
    func end(_ instance: Instance) {
        let open = instance.host.locked { instance.host.openCalls }
        for call in open { instance.cancel(call) }
        settle()
        reportBusyEnds(instance)
        guard instance.askToRetire().status == .ok || wait(until: { instance.hasRetired }) else { return instance.leave() }
        settle(ahead: 0)
        instance.destroy()
        settle(ahead: 0)
        instance.leave()
        reportLeftovers(instance)
    }

    /// Calls that are over, and for which the plugin still works.
    private func reportBusyEnds(_ instance: Instance) {
        for call in instance.host.locked({ Array(instance.host.calls.values) }) where call.staleUses > 100 {
            instance.host.report(
                .closed,
                found:
                    "\(call.name): the call was used \(call.staleUses > 1000 ? "over a thousand" : "over a hundred") times after its on_close",
                wanted: "nothing, as nobody is there to answer",
                todo: "stop the call's timers and work in on_close",
                isWarning: true
            )
        }
    }

    private func reportLeftovers(_ instance: Instance) {
        let host = instance.host
        let (buffers, timers, posts) = host.locked {
            (host.buffers.values.filter { $0.references > 0 }.count, host.timers.count, host.posts.count)
        }
        if buffers > 0 {
            host.report(
                .buffers,
                found: "a shared buffer that was never released, after destroy",
                wanted: "each reference released once, by destroy at the latest",
                todo: "release what buffer_create gave when it has been sent to all; send_buffer takes no reference of the plugin's"
            )
        }
        if timers > 0 {
            host.report(
                .timers,
                found: "a timer that still runs after destroy: it would call into an instance that is gone",
                wanted: "no timers after retire",
                todo: "cancel the call's timers in on_close, the plugin's own in retire"
            )
        }
        if posts > 0 {
            host.report(
                .posts,
                found: "a posted function that has not run by destroy: it would call into an instance that is gone",
                wanted: "nothing posted after retire was answered SH_OK, or `retired` was called",
                todo: "answer retire with SH_PENDING until the last post has run"
            )
        }
    }
}
