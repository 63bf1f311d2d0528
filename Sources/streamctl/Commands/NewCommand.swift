import ArgumentParser

struct NewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Begins a project.",
        subcommands: [NewPluginCommand.self]
    )
}
