import AdminAPI
import ArgumentParser
import StreamHostClient

struct CallsCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "calls",
        abstract: "The calls that are open now.",
        discussion: """
            IN and OUT count messages; QUEUED is what waits for the client to read; MOVES counts the reloads that the call has outlived \
            in new code.

            EXAMPLES
              streamctl calls
              streamctl calls chat --limit 20
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: "Only this plugin's.") var name: String?
    @Option(name: .long, help: ArgumentHelp("The most to show. (default: 1000)", valueName: "n")) var limit: Int?

    func validate() throws {
        guard let limit, !(1...Int(Int32.max)).contains(limit) else { return }
        throw ValidationError("found --limit \(limit); wanted 1 or more")
    }

    func run() async throws {
        try await withHost { host in
            let calls = try await host.calls(name ?? "", limit: limit ?? 0)
            try show(calls, CallsText.lines(calls))
        }
    }
}
