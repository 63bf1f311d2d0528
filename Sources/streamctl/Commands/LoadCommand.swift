import AdminAPI
import ArgumentParser
import StreamHostClient
import SwiftProtobuf

struct LoadCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Loads a plugin and serves it.",
        discussion: """
            A library that is there, seen from the current folder, is sent with its full path; any other one the host looks for by itself.

            EXAMPLES
              streamctl load plugins/libchat.so
              streamctl load .build/release/libgreeter.so --watch
              streamctl load plugins/libchat.so --config '{"historyMessages": 50}'
              streamctl load plugins/libchat.so --config @chat.json
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: ArgumentHelp("The plugin's library.", valueName: "lib")) var library: String
    @Option(name: .long, help: ArgumentHelp("Its name, instead of the one that it gives itself.", valueName: "n")) var name: String?
    @Option(name: .long, help: ArgumentHelp("Its configuration: a JSON object, or @FILE that holds one.", valueName: "json|@file"))
    var config: String?
    @Flag(name: .long, help: "Watch its file, and reload the plugin whenever a new one is there.") var watch = false

    func run() async throws {
        let configuration = try config.map(PluginConfiguration.read)
        try await withHost { host in
            let plugin = try await host.load(
                .with {
                    $0.library = LibraryPath.sent(library)
                    $0.name = name ?? ""
                    $0.configJson = configuration ?? ""
                    $0.watch = watch
                }
            )
            try show(plugin, [ChangeText.loaded(plugin)])
        }
    }
}
