import AdminAPI
import ArgumentParser
import StreamHostClient
import SwiftProtobuf

struct ReloadCommand: HostCommand {
    enum Policy: String, ExpressibleByArgument, CaseIterable {
        case method, pin, end

        var sent: Streamhost_Admin_V1_ReloadPolicy {
            switch self {
            case .method: .method
            case .pin: .pin
            case .end: .end
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Replaces a plugin's code by what its library's file is now, under its live calls.",
        discussion: """
            The new code is loaded and started beside the old one. Where that fails the old one serves on: streamctl ends with 1 and says why.

            EXAMPLES
              streamctl reload chat
              streamctl reload chat --library build/libchat.so
              streamctl reload chat --policy pin
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: "The plugin.") var name: String
    @Option(name: .long, help: ArgumentHelp("Another file than the one that it was loaded from.", valueName: "lib")) var library: String?
    @Option(
        name: .long,
        help: ArgumentHelp(
            "What becomes of live calls. method: what each method says; pin: all stay with the old code until they end; "
                + "end: those that can't move are ended with UNAVAILABLE.",
            valueName: "policy"
        )
    )
    var policy: Policy = .method
    @Flag(name: .long, help: "Also when the file is what is loaded already.") var force = false

    func run() async throws {
        try await withHost { host in
            let verdict = try await host.reload(
                .with {
                    $0.plugin = name
                    $0.library = library.map(LibraryPath.sent) ?? ""
                    $0.policy = policy.sent
                    $0.force = force
                }
            )
            if VerdictText.isSuccess(verdict) { return try show(verdict, [VerdictText.sentence(verdict)]) }
            if json { try show(verdict, []) }
            throw Failure.report(VerdictText.sentence(verdict))
        }
    }
}
