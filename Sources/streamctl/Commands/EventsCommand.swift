import AdminAPI
import ArgumentParser
import Glibc
import StreamHostClient
import Synchronization

struct EventsCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What happens, as it happens, until Ctrl-C.",
        discussion: """
            Plugins that are loaded, reloaded, refused, rolled back, drained, unloaded and retired; changes of the configuration. \
            With --json one object a line.

            EXAMPLES
              streamctl events
              streamctl events chat --recent 20
              streamctl events --json | jq -r 'select(.kind == "reload_refused") | .message'
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: "Only this plugin's.") var name: String?
    @Option(name: .long, help: ArgumentHelp("So many of the last events first.", valueName: "n")) var recent: Int = 0

    func validate() throws {
        guard (0...Int(Int32.max)).contains(recent) else { throw ValidationError("found --recent \(recent); wanted 0 or more") }
    }

    func run() async throws {
        // Ctrl-C is the usual end, and no failure.
        let signals = Signals([SIGINT, SIGTERM])
        let interrupted = Task {
            // Nothing came where the command has ended by itself.
            guard await signals.next() != nil else { return }
            Glibc.exit(0)
        }
        defer { interrupted.cancel() }
        let json = json
        let last = Mutex<Int64>(0)
        try await withHost { host in
            try await host.events(of: name ?? "", recent: recent) { event in
                let before = last.withLock { last in
                    defer { last = event.number }
                    return last
                }
                if json { return Output.line(try JSONText.of(event)) }
                if name == nil, let gap = EventText.gap(after: before, before: event.number) { Output.line(gap) }
                return Output.line(EventText.line(event))
            }
        }
    }
}
