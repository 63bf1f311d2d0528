import CStreamHost
import PluginLoading

extension Check {
    static let handOver: [Check] =
        [
            state(
                "roundtrip",
                "a copy of the plugin takes its state",
                "What save gives, of a fresh instance and of one that has served, is taken by restore of a second copy, which then serves."
            ) { context, old, new in
                for served in [false, true] {
                    if served { try serveABit(old, context) }
                    guard let state = try old.save(), let restored = new.restore(state) else { continue }
                    guard restored.status == .ok else { return .failed(refusedItsOwn(state, restored)) }
                }
                try serveABit(new, context)
                return .passed
            },
            state(
                "back",
                "takes its own state back",
                "A reload that fails gives the state back to the instance that saved it."
            ) { context, old, _ in
                try serveABit(old, context)
                guard let state = try old.save(), let restored = old.restore(state) else { return .passed }
                guard restored.status == .ok else { return .failed(refusedItsOwn(state, restored)) }
                try serveABit(old, context)
                return .passed
            },
            state(
                "garbage",
                "refuses bytes that are no state",
                "restore of bytes that are no state of the plugin's answers a failure with its reason, and the plugin serves on as before."
            ) { context, old, new in
                guard var state = try old.save() else { return .passed }
                state.bytes = [UInt8](repeating: 0xFF, count: 13)
                return try refuses(new, state, "13 bytes of 0xFF", "check what is read: lengths, numbers, text", context)
            },
            state(
                "newer",
                "refuses a newer version, and another schema",
                "restore of a version that it doesn't know, or of another plugin's schema, is SH_REFUSED with the reason: the other generation then serves on."
            ) { context, old, new in
                guard let state = try old.save() else { return .passed }
                var newer = state
                newer.version += 1
                let first = try refuses(
                    new,
                    newer,
                    "version \(newer.version) of \(state.schema)",
                    "compare `version` with your own",
                    context
                )
                if first.isFailure { return first }
                var foreign = state
                foreign.schema = "another.plugin"
                return try refuses(new, foreign, "the schema another.plugin", "compare `schema` with your own", context)
            },
        ] + moves

    private static func state(
        _ id: String,
        _ title: String,
        _ meaning: String,
        _ body: @escaping @Sendable (CheckContext, Instance, Instance) throws -> Outcome
    ) -> Check {
        Check("handover.\(id)", .handover, title, meaning, needs: ["registration.start"]) { context in
            let plugin = try context.library().descriptor().pointee
            guard plugin.save != nil, plugin.restore != nil else { return .skipped("no save and restore") }
            let old = try context.started()
            let new = try context.started(try context.copy())
            let outcome = try body(context, old, new)
            context.end(old)
            context.end(new)
            return outcome
        }
    }

    private static func refusedItsOwn(_ state: SavedState, _ restored: (status: sh_status, text: String)) -> Reason {
        Reason(
            found: "restore answered \(restored.status.name) to what save gave (\(state.schema), version \(state.version), "
                + "\(state.bytes.count) bytes): \(restored.text)",
            wanted: "SH_OK",
            todo: "read in restore what save writes"
        )
    }

    private static func refuses(
        _ instance: Instance,
        _ state: SavedState,
        _ what: String,
        _ todo: String,
        _ context: CheckContext
    ) throws -> Outcome {
        guard let restored = instance.restore(state) else { return .passed }
        guard restored.status != .ok else {
            return .failed("restore took \(what)", wanted: "SH_REFUSED, with the reason", todo: "\(todo), before anything is changed")
        }
        guard !restored.text.contains("it gave no reason") else {
            return .failed("restore refused \(what) without a reason", wanted: "the reason in sh_error", todo: "write it to error->text")
        }
        try serveABit(instance, context)
        return .passed(note: restored.text)
    }
}
