import AdminAPI
import ArgumentParser
import StreamHostClient
import SwiftProtobuf

struct LogLevelCommand: HostCommand {
    enum Level: String, ExpressibleByArgument, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    static let configuration = CommandConfiguration(
        commandName: "log-level",
        abstract: "Shows the log level, or sets it until the host ends.",
        discussion: """
            EXAMPLES
              streamctl log-level
              streamctl log-level debug
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: "The new level.") var level: Level?

    func run() async throws {
        try await withHost { host in
            guard let level else {
                let now = try await host.status().logLevel
                return try show(Streamhost_Admin_V1_SetLogLevelRequest.with { $0.level = now }, [now])
            }
            let before = try await host.setLogLevel(level.rawValue)
            try show(
                Streamhost_Admin_V1_SetLogLevelResponse.with { $0.before = before },
                [before == level.rawValue ? "it was \(before) already" : "\(before) -> \(level.rawValue)"]
            )
        }
    }
}
