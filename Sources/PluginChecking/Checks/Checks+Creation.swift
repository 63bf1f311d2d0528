import CStreamHost

extension Check {
    static let creation: [Check] = [
        Check(
            "creation.create",
            .creation,
            "create makes an instance",
            "create answers SH_OK with the configuration ({}, or that of --config), and destroy frees what it made.",
            needs: ["handshake.constant"]
        ) { context in
            let instance = try Instance(try context.library(), context)
            instance.destroy()
            instance.leave()
            return .passed
        },
        Check(
            "creation.again",
            .creation,
            "create and destroy, and once more",
            "A library whose file hasn't changed is used again when its plugin is loaded again. Each further check makes an instance of its own.",
            needs: ["creation.create"]
        ) { context in
            for _ in 0..<3 {
                let instance = try Instance(try context.library(), context)
                instance.destroy()
                instance.leave()
            }
            return .passed
        },
        Check(
            "creation.quiet",
            .creation,
            "create starts no thread and opens no file",
            "create has no side effects: the host calls it to learn whether the plugin takes its configuration. start is where work begins.",
            needs: ["creation.again"]
        ) { context in
            let effects = SideEffects(context)
            let instance = try Instance(try context.library(), context)
            let effect = effects.found()
            instance.destroy()
            instance.leave()
            guard let effect else { return .passed }
            return .failed("create \(effect)", wanted: "no threads, files or sockets before start", todo: "move that to start")
        },
        Check(
            "creation.refusal",
            .creation,
            "an unfit configuration is refused in words, or ignored",
            "With a JSON array in place of its settings create answers SH_OK, or a failure with a reason in sh_error. It doesn't crash.",
            needs: ["creation.again"],
            refusal
        ),
    ]

    private static func refusal(_ context: CheckContext) throws -> Outcome {
        let library = try context.library()
        let instance: Instance
        do {
            instance = try Instance(library, context, config: Array("[1]".utf8))
        } catch let stop as Stop {
            guard case .failed(let reason) = stop.outcome, reason.found.contains("it gave no reason") else {
                return .passed(note: "refused")
            }
            return .failed(
                reason.found,
                wanted: "the reason in sh_error: what was found, what was wanted",
                todo: "write it to error->text"
            )
        }
        instance.destroy()
        instance.leave()
        return .passed(note: "ignored")
    }
}
