import AdminAPI
import ArgumentParser
import StreamHostClient

struct StatusCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What the host is and how it does.",
        discussion: """
            EXAMPLES
              streamctl status
              streamctl status --json
            """
    )

    @OptionGroup var options: HostOptions

    func run() async throws {
        try await withHost { host in
            let status = try await host.status()
            try show(status, StatusText.lines(status, at: host.address, now: Now.milliseconds))
        }
    }
}
