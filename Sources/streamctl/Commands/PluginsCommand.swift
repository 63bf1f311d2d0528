import AdminAPI
import ArgumentParser
import StreamHostClient
import SwiftProtobuf

struct PluginsCommand: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins",
        abstract: "The plugins; of one, its methods and generations too.",
        discussion: """
            EXAMPLES
              streamctl plugins
              streamctl plugins chat
              streamctl plugins --json | jq -r '.plugins[].name'
            """
    )

    @OptionGroup var options: HostOptions
    @Argument(help: "A plugin, with all that the host knows of it.") var name: String?

    func run() async throws {
        try await withHost { host in
            let plugins = try await host.plugins(name ?? "")
            let answer = Streamhost_Admin_V1_ListPluginsResponse.with { $0.plugins = plugins }
            guard let name else { return try show(answer, PluginsText.lines(plugins)) }
            guard let plugin = plugins.first(where: { $0.name == name }) else { throw try await unknown(name, host) }
            try show(answer, PluginText.lines(plugin, now: Now.milliseconds))
        }
    }

    private func unknown(_ name: String, _ host: AdminClient) async throws -> AdminError {
        let names = try await host.plugins().map(\.name).sorted()
        let loaded = names.isEmpty ? "none is loaded" : "loaded are: \(names.joined(separator: ", "))"
        return AdminError(code: .notFound, message: "no plugin of the name \"\(name)\"; \(loaded)")
    }
}
