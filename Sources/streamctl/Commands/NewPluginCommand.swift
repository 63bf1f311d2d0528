import ArgumentParser
struct NewPluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "plugin")
}
