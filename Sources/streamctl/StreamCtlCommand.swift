import ArgumentParser
import StreamHostClient

/// The command line: what the commands have in common.
struct StreamCtlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "streamctl",
        abstract: "Looks into a running streamhost, and changes what it serves.",
        usage: "streamctl [--socket PATH] [--json] COMMAND",
        discussion: """
            EXAMPLES
              streamctl plugins
              streamctl load plugins/libchat.so --watch
              streamctl reload chat
              streamctl --socket /run/streamhost/admin.sock top
              streamctl --json calls chat | jq .total
              streamctl new plugin greeter --lang swift

            EXIT CODES
              0  done
              1  the host refused, or rolled a reload back
              2  bad usage
              3  no host could be reached

            The host offers its admin service on a Unix socket in its data directory, to its own user alone. "streamctl help COMMAND" \
            says more of each command.
            """,
        version: clientVersion,
        groupedSubcommands: [
            CommandGroup(
                name: "Look",
                subcommands: [
                    StatusCommand.self, PluginsCommand.self, CallsCommand.self, EventsCommand.self, TopCommand.self,
                ]
            ),
            CommandGroup(
                name: "Change",
                subcommands: [
                    LoadCommand.self, ReloadCommand.self, UnloadCommand.self, DrainCommand.self, LogLevelCommand.self,
                ]
            ),
            CommandGroup(name: "Begin", subcommands: [NewCommand.self]),
        ]
    )

    @OptionGroup var options: HostOptions
}
