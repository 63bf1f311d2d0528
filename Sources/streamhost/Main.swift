import ArgumentParser
import Glibc

/// Runs the command; bad usage ends with this project's exit code for it, and not with the parser's own.
@main
enum Main {
    @MainActor
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // An option that two commands have (--config) the parser gives to the outer one, wherever it stands: so there it has none.
        if let first = arguments.first, Tools.names.contains(first) {
            await run(Tools.self, arguments)
        } else {
            await run(StreamHostCommand.self, arguments)
        }
    }

    /// The subcommands, without the options of serving.
    private struct Tools: ParsableCommand {
        static let names = StreamHostCommand.tools.compactMap { $0.configuration.commandName }
        static let configuration = CommandConfiguration(
            commandName: StreamHostCommand.configuration.commandName,
            version: StreamHostCommand.configuration.version,
            subcommands: StreamHostCommand.tools
        )
    }

    @MainActor
    private static func run<Command: ParsableCommand>(_ type: Command.Type, _ arguments: [String]) async {
        do {
            var command = try type.parseAsRoot(arguments)
            if let child = command as? CheckChildCommand {
                // From here, where no thread but this one is there: every other one is then the plugin's.
                child.begin()
                await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            } else if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                // The parser's own, such as its help.
                try command.run()
            }
        } catch {
            guard type.exitCode(for: error) == .validationFailure else { type.exit(withError: error) }
            let text = Array((type.fullMessage(for: error) + "\n").utf8)
            _ = write(STDERR_FILENO, text, text.count)
            exit(Failure.Code.badUsage.rawValue)
        }
    }
}
