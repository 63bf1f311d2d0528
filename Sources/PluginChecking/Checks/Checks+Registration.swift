import CStreamHost
import PluginLoading

extension Check {
    static let registration: [Check] = [
        Check(
            "registration.start",
            .registration,
            "start registers services",
            "start answers SH_OK, every service that it adds is accepted (names, methods, kinds, handlers), and there is one at least.",
            needs: ["creation.again"],
            start
        ),
        Check(
            "registration.descriptors",
            .registration,
            "descriptors match the methods",
            "file_descriptor_set parses, has the service with all its imports, and exactly its methods, with the same kinds. Without descriptors the "
                + "service works, but reflection can't show it.",
            needs: ["registration.start"],
            descriptors
        ),
        Check(
            "registration.handlers",
            .registration,
            "handlers fit the methods' kinds",
            "A handler can get the request (on_message), and one whose method has SH_RELOAD_MIGRATE can be asked to move (on_yield).",
            needs: ["registration.start"],
            handlers
        ),
    ]

    private static func start(_ context: CheckContext) throws -> Outcome {
        let instance = try Instance(try context.library(), context)
        defer { instance.leave() }
        let registration = try instance.start()
        if let refusal = registration.refusal {
            return .failed(
                refusal.message,
                wanted: "every add_service accepted, or start answering its failure",
                todo: "mend what the message names, and return add_service's status"
            )
        }
        guard !instance.services.isEmpty else {
            return .failed("no service", wanted: "one at least", todo: "call registrar->add_service in start")
        }
        if let reserved = instance.services.first(where: { $0.name.hasPrefix("grpc.") || $0.name.hasPrefix("streamhost.") }) {
            return .warned(
                "a service named \(reserved.name)",
                wanted: "a package of your own: grpc.* and streamhost.* are the host's",
                todo: "rename the package"
            )
        }
        context.end(instance)
        return .passed(
            note: instance.services.map { "\($0.name) with \($0.methods.count) method\($0.methods.count == 1 ? "" : "s")" }
                .joined(separator: ", ")
        )
    }

    private static func descriptors(_ context: CheckContext) throws -> Outcome {
        let instance = try context.started()
        defer { context.end(instance) }
        var without: [String] = []
        for service in instance.services {
            guard !service.fileDescriptorSet.isEmpty else {
                without.append(service.name)
                continue
            }
            if let reason = ServiceDescriptor.mismatch(service) { return .failed(reason) }
        }
        guard without.isEmpty else {
            return .warned(
                "none for \(without.joined(separator: ", "))",
                wanted: "a serialized FileDescriptorSet, for reflection, and for checks with filled requests",
                todo: "`protoc --include_imports --descriptor_set_out=...`, and give its bytes as file_descriptor_set"
            )
        }
        return .passed
    }

    private static func handlers(_ context: CheckContext) throws -> Outcome {
        let instance = try context.started()
        defer { context.end(instance) }
        for (service, method) in instance.methods(where: { _ in true }) {
            if method.handler.on_message == nil, method.handler.on_half_close == nil {
                return .warned(
                    "\(service)/\(method.name): neither on_message nor on_half_close",
                    wanted: "one of them: they bring the request",
                    todo: "answer the call in on_message, or in on_half_close where the client streams"
                )
            }
            if method.migrates, method.handler.on_yield == nil {
                return .warned(
                    "\(service)/\(method.name): SH_RELOAD_MIGRATE without on_yield",
                    wanted: "on_yield, or SH_RELOAD_PIN, which is what it comes to",
                    todo: "write on_yield: set the checkpoint, and answer SH_OK"
                )
            }
        }
        return .passed
    }
}
