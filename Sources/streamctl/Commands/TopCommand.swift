import AdminAPI
import ArgumentParser
import StreamHostClient

struct TopCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "A live table of the plugins.",
        discussion: """
            CALLS are open now, TOTAL were opened in the generations that the host still knows. PAUSE is how long calls which moved were not \
            served, on average, and 99 % in how long at most. Ends by q or Ctrl-C. Where the output is no terminal, one snapshot is printed.

            EXAMPLES
              streamctl top
              streamctl top --interval 0.5
              streamctl top | head -3
            """
    )

    @OptionGroup var options: HostOptions
    @Option(name: .long, help: ArgumentHelp("The time from picture to picture, in seconds.", valueName: "s")) var interval: Double = 1

    func validate() throws { try Seconds.check(interval, "--interval", atLeast: 0.1) }

    func run() async throws {
        try await withHost { host in
            if json || !LiveScreen.isThere { return try await snapshot(host) }
            try await TopPicture(host: host, interval: interval).run()
        }
    }

    private func snapshot(_ host: AdminClient) async throws {
        let sample = try await TopSample.take(host)
        guard json else { return Output.lines(TopText.lines(sample, before: nil, at: host.address, now: Now.milliseconds)) }
        let plugins = try sample.plugins.map(JSONText.of).joined(separator: ",")
        Output.line("{\"status\":\(try JSONText.of(sample.status)),\"plugins\":[\(plugins)]}")
    }
}

extension TopSample {
    static func take(_ host: AdminClient) async throws(AdminError) -> TopSample {
        let status = try await host.status()
        let plugins = try await host.plugins()
        return TopSample(at: .now, status: status, plugins: plugins.sorted { $0.name < $1.name })
    }
}
