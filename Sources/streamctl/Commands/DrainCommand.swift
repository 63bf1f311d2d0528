import AdminAPI
import ArgumentParser
import StreamHostClient
import SwiftProtobuf

struct DrainCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Takes no new calls and lets those in flight end: of a plugin, or of the whole host, which then ends.",
        discussion: """
            New calls are answered UNAVAILABLE, which clients try elsewhere. Without a NAME the host is drained and ends; on a terminal \
            streamctl asks before.

            EXAMPLES
              streamctl drain chat
              streamctl drain chat --resume
              streamctl drain --seconds 60 --yes
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: "The plugin. (default: the whole host)") var name: String?
    @Option(name: .long, help: ArgumentHelp("The most to wait for calls in flight.", valueName: "s")) var seconds: Double = 10
    @Flag(name: .long, help: "Let the plugin serve new calls again.") var resume = false
    @Flag(name: .long, help: "Don't ask.") var yes = false

    func validate() throws {
        try Seconds.check(seconds, "--seconds")
        if resume, name == nil { throw ValidationError("--resume needs the NAME of a plugin: a host that was drained has ended") }
    }

    func run() async throws {
        let request = Streamhost_Admin_V1_DrainRequest.with {
            $0.plugin = name ?? ""
            $0.seconds = seconds
            $0.resume = resume
        }
        try await withHost { host in
            if name == nil, !yes, !Confirmation.given("Drain the whole host at \(host.address), and end it?") {
                throw Failure.report("nothing was done")
            }
            do {
                let answer = try await host.drain(request)
                try show(answer, [ChangeText.drained(request, answer)])
            } catch let error as AdminError where name == nil && error.code == .unreachable {
                // It ended before its answer had left.
                try show(Streamhost_Admin_V1_DrainResponse(), ["the host has ended"])
            }
        }
    }
}
