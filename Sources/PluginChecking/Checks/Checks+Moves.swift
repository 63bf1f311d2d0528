import CStreamHost
import PluginLoading

extension Check {
    static let moves: [Check] = [
        move(
            "yield",
            "calls let go in time when asked to move",
            "on_yield of an open call, before and after its request, is answered: SH_OK, or SH_PENDING and `yielded` follows, or SH_REFUSED and it stays."
        ) { move in
            let before = try move.ask(withRequest: false).yield == .stays
            let after = try move.ask(withRequest: true).yield == .stays
            guard before || after else { return nil }
            return "\(move.method.name) declined\(before && after ? "" : before ? " before its request" : " with its request")"
        },
        move(
            "resume",
            "calls go on in the next generation",
            "A call that was let go is opened in a second copy that has the state, with resumed = 1, its checkpoint, and its request: it is taken, and goes on."
        ) { move in
            var moved = false
            for withRequest in [false, true] {
                let call = try move.ask(withRequest: withRequest)
                guard call.life == .closed(.letGo) else { continue }
                moved = true
                try move.handOverState()
                try move.resume(call, in: move.new)
            }
            return moved ? nil : "no call of \(move.method.name) was let go"
        },
        move(
            "resume.back",
            "calls go on in the old one if the reload fails",
            "A call that was let go is opened again in the instance that it came from, with resumed = 1 and its checkpoint."
        ) { move in
            let call = try move.ask(withRequest: true)
            if call.life == .closed(.letGo) { try move.resume(call, in: move.old) }
            return nil
        },
        move(
            "resume.cancelled",
            "a client may go away while its call moves",
            "A call is opened with resumed = 1 and cancelled at once, so that what it left in the plugin's state is cleared."
        ) { move in
            let call = try move.ask(withRequest: true)
            guard call.life == .closed(.letGo) else { return nil }
            try move.handOverState()
            let moved = move.new.open((move.service, move.target), from: call)
            move.new.cancel(moved)
            move.context.settle()
            return nil
        },
        move(
            "resume.checkpoint",
            "a checkpoint that can't be read does no harm",
            "A call is opened with resumed = 1 and a checkpoint of another build: no bytes, and bytes that mean nothing. It ends with a status, or begins anew."
        ) { move in
            for bytes in [[], [UInt8](repeating: 0xFF, count: 13)] {
                let call = try move.ask(withRequest: true)
                guard call.life == .closed(.letGo) else { continue }
                call.checkpoint = bytes
                let moved = move.new.open((move.service, move.target), from: call)
                move.new.change { moved.inbound = call.delivered }
                move.context.settle()
                move.new.cancel(moved)
            }
            return nil
        },
    ]

    private static func move(
        _ id: String,
        _ title: String,
        _ meaning: String,
        _ run: @escaping @Sendable (Move) throws -> String?
    ) -> Check {
        Check("handover.\(id)", .handover, title, meaning, needs: ["registration.start"]) { context in
            let old = try context.started()
            let moving = old.methods(where: { $0.migrates && $0.handler.on_yield != nil })
            guard !moving.isEmpty else {
                context.end(old)
                return .skipped("no method has SH_RELOAD_MIGRATE and on_yield")
            }
            let new = try context.started(try context.copy())
            var notes: [String] = []
            for (service, method) in moving {
                // The same method, as the other copy has registered it.
                guard let target = new.methods(where: { $0.name == method.name }).first(where: { $0.service == service })?.method else {
                    continue
                }
                let move = Move(context: context, old: old, new: new, service: service, method: method, target: target)
                if let note = try run(move) { notes.append(note) }
            }
            context.end(old)
            context.end(new)
            return .passed(note: notes.isEmpty ? nil : notes.joined(separator: ", "))
        }
    }
}

/// A method whose calls move from one instance to another.
struct Move {
    let context: CheckContext
    let old: Instance
    let new: Instance
    let service: String
    let method: PluginMethod
    let target: PluginMethod

    var name: String { "\(service)/\(method.name)" }

    private var sample: [UInt8] {
        old.services.first { $0.name == service }.flatMap(SampleRequest.init)?.bytes(method.name, of: service, number: 1000) ?? []
    }

    /// An open call of the old instance that was asked to move, and has answered. One that has ended by itself meanwhile counts as well.
    func ask(withRequest: Bool) throws -> CheckCall {
        let call = old.open((service, method))
        if withRequest {
            old.change {
                call.inbound = [sample]
                call.halfClosed = !call.clientStreams
            }
            context.loop.pump(CheckLoop.Patience(most: context.patience, ahead: 0, untilQuiet: true), until: { false })
        }
        let asked = context.loop.now
        context.loop.perform { old.host.askToYield(call) }
        let answered = context.wait { call.isClosed || call.yield == .stays }
        guard answered else {
            throw Stop(
                "\(name): on_yield answered SH_PENDING\(withRequest ? "" : " before the request"), and `yielded` was not called within "
                    + "\(context.patienceInWords)",
                wanted: "`yielded` soon after: a call that takes longer than reload.yieldSeconds (0.2 s) stays behind",
                todo: "call `yielded` with SH_OK or SH_REFUSED on every path"
            )
        }
        let taken = context.loop.now - asked
        guard taken <= Self.usualLimit || call.yield == .stays else {
            throw Stop(
                .warned(
                    "\(name): it took \(taken / 1_000_000) ms to let go",
                    wanted: "0.2 s at most (the host's reload.yieldSeconds): until then the call is held, and after that it stays behind",
                    todo: "answer where the call stands, and don't wait for its next timer or message"
                )
            )
        }
        return call
    }

    private static let usualLimit: UInt64 = 200_000_000

    func handOverState() throws {
        guard let state = try old.save(), let restored = new.restore(state) else { return }
        guard restored.status == .ok else {
            throw Stop(
                "restore answered \(restored.status.name): \(restored.text)",
                wanted: "SH_OK, so that the calls can follow",
                todo: "read in restore what save writes"
            )
        }
    }

    /// Opens the call in that instance, gives it what the host has kept, and looks whether it is taken.
    func resume(_ call: CheckCall, in instance: Instance) throws {
        let moved = instance.open((service, instance === new ? target : method), from: call)
        let words = "\(name): resumed with a checkpoint of \(call.checkpoint?.count ?? 0) bytes"
        guard !moved.wasRefused else {
            throw Stop(
                "\(words), on_open answered \(moved.openStatus.name)",
                wanted: "SH_OK: the client doesn't know that its call has moved",
                todo: "go on where the checkpoint says, and from the beginning where it is empty"
            )
        }
        let kept = call.clientStreams ? call.givenBack + call.inbound : call.delivered + call.inbound
        instance.change {
            // And the client goes on: with another message where it streams, else with the request, if that has not come yet.
            moved.inbound = kept + (call.halfClosed ? [] : [sample])
            moved.halfClosed = true
        }
        context.settle()
        guard moved.serverStreams || context.wait(until: { moved.isClosed }) else {
            throw Stop(
                "\(words), \(moved.clientStreams ? "another message" : "the request") and the half-close, it got no end",
                wanted: "an answer, as the call would have had where it began",
                todo: "go on in the new generation as on_open, on_message and on_half_close of a new call would"
            )
        }
        if let end = moved.end, end.code == Int32(SH_GRPC_UNKNOWN) || end.code == Int32(SH_GRPC_INTERNAL) {
            throw Stop(
                "\(words), it ended with \(StatusName.of(end.code)) (\(end.message.isEmpty ? "no message" : end.message))",
                wanted: "a call that goes on, or ends as it would have",
                todo: "read in on_open what was given to `checkpoint`"
            )
        }
        instance.cancel(moved)
        context.settle()
    }
}
