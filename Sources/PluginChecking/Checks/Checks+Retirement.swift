import CStreamHost
import PluginLoading

extension Check {
    static let retirement: [Check] = [
        Check(
            "retire.unused",
            .retire,
            "retires without having served",
            "A plugin that was started and had no call retires, and is destroyed.",
            needs: ["registration.start"]
        ) { context in
            let instance = try context.started()
            defer { instance.leave() }
            try retire(instance, context)
            instance.destroy()
            return .passed
        },
        Check(
            "retire.served",
            .retire,
            "retires in time when its calls are gone",
            "After calls of every method, ended by SH_CANCEL_RETIRED where they were open, retire answers SH_OK, or SH_PENDING and `retired` follows. Asked "
                + "again it says so again.",
            needs: ["registration.start"]
        ) { context in
            let instance = try context.started()
            defer { instance.leave() }
            try serveABit(instance, context, SH_CANCEL_RETIRED)
            try retire(instance, context)
            guard instance.askToRetire().status == .ok || instance.hasRetired else {
                return .failed("asked again, retire said that it has not", wanted: "SH_OK once it has", todo: "remember that it is done")
            }
            instance.destroy()
            return .passed
        },
        Check(
            "retire.threads",
            .retire,
            "its threads are gone after retire",
            "A thread that is left would run code that is unmapped. For plugins that may be unmapped (without SH_PLUGIN_RESIDENT).",
            needs: ["retire.served"],
            threads
        ),
        Check(
            "retire.unmapped",
            .retire,
            "is unmapped when it is closed",
            "dlclose of a plugin that isn't SH_PLUGIN_RESIDENT gives its memory back: nothing keeps the library.",
            needs: ["retire.threads"],
            unmapped
        ),
    ]

    /// A call of each method, and its end from the client's side.
    static func serveABit(_ instance: Instance, _ context: CheckContext, _ reason: sh_cancel_reason = SH_CANCEL_BY_CLIENT) throws {
        for service in instance.services {
            let sample = SampleRequest(service)
            for method in service.methods {
                let call = instance.open((service.name, method))
                instance.change {
                    call.inbound = [sample?.bytes(method.name, of: service.name) ?? []]
                    call.halfClosed = !call.clientStreams
                }
            }
        }
        context.settle()
        for call in instance.host.locked({ instance.host.openCalls }) { instance.cancel(call, reason) }
        context.settle()
    }

    static func retire(_ instance: Instance, _ context: CheckContext) throws {
        let (status, residue) = instance.askToRetire()
        switch status {
        case .ok: return
        case .pending:
            guard !context.wait(until: { instance.hasRetired }) else { return }
            // Told or asked: the host does both.
            let (again, left) = instance.askToRetire()
            guard again != .ok else { return }
            throw Stop(
                "retire answered SH_PENDING (\(words(residue))), and \(context.patienceInWords) later still does (\(words(left)))",
                wanted: "SH_OK, or a call of host->retired when all has stopped",
                todo: "stop threads and timers when retire is called, and call `retired` from the last of them"
            )
        default:
            throw Stop(
                "retire answered \(status.name)",
                wanted: "SH_OK or SH_PENDING",
                todo: "a plugin can't refuse to go: answer SH_PENDING while it is busy"
            )
        }
    }

    private static func words(_ residue: sh_residue) -> String {
        let parts = [(residue.calls, "call"), (residue.timers, "timer"), (residue.threads, "thread")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return parts.isEmpty ? "nothing said to live" : parts.joined(separator: ", ")
    }

    private static func isResident(_ library: LoadedLibrary) throws -> Bool {
        try library.descriptor().pointee.flags & UInt32(SH_PLUGIN_RESIDENT) != 0
    }

    private static func threads(_ context: CheckContext) throws -> Outcome {
        let library = try context.library()
        guard try !isResident(library) else { return .skipped("a resident plugin: its runtime's threads may stay") }
        let before = ProcessState.threads()
        let instance = try context.started(library)
        try serveABit(instance, context)
        try retire(instance, context)
        instance.destroy()
        instance.leave()
        // A thread that was joined may be listed for a moment.
        _ = context.loop.pump(CheckLoop.Patience(most: 200_000_000, ahead: 0, untilQuiet: false)) {
            ProcessState.threads().subtracting(before).isEmpty
        }
        let left = ProcessState.threads().subtracting(before).count
        guard left > 0 else { return .passed }
        return .failed(
            "\(left) thread\(left == 1 ? "" : "s") after retire and destroy",
            wanted: "none of the plugin's",
            todo: "stop and join its threads before retire is answered SH_OK, or set SH_PLUGIN_RESIDENT"
        )
    }

    private static func unmapped(_ context: CheckContext) throws -> Outcome {
        guard try !isResident(try context.library()) else { return .skipped("a resident plugin is never unmapped") }
        let copy = try context.freshCopy()
        context.end(try context.started(copy))
        guard copy.unmap() else {
            return .warned(
                "dlclose leaves it mapped",
                wanted: "nothing left of it",
                todo: "leave out -z nodelete and thread_local variables with destructors, or set SH_PLUGIN_RESIDENT to say so"
            )
        }
        return .passed
    }
}
