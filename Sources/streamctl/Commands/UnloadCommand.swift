import AdminAPI
import ArgumentParser
import StreamHostClient
import SwiftProtobuf

struct UnloadCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "unload",
        abstract: "Takes a plugin out of service.",
        discussion: """
            Calls in flight may end for --drain seconds. Where some are left then, the plugin serves on and streamctl says what still lives; \
            with --force they are ended with UNAVAILABLE.

            EXAMPLES
              streamctl unload chat --drain 30
              streamctl unload chat --drain 5 --force
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: "The plugin.") var name: String
    @Option(name: .long, help: ArgumentHelp("How long calls in flight may go on.", valueName: "seconds")) var drain: Double = 0
    @Flag(name: .long, help: "End what is left then, instead of giving up.") var force = false

    func validate() throws { try Seconds.check(drain, "--drain") }

    func run() async throws {
        try await withHost { host in
            let answer = try await host.unload(
                .with {
                    $0.plugin = name
                    $0.drainSeconds = drain
                    $0.force = force
                }
            )
            try show(answer, [ChangeText.unloaded(name, answer)])
        }
    }
}
