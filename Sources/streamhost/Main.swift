import ArgumentParser
import Glibc

/// Runs the command; bad usage ends with this project's exit code for it, and not with the parser's own.
@main
enum Main {
    static func main() async {
        do {
            var command = try StreamHostCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                // The parser's own, such as its help.
                try command.run()
            }
        } catch {
            guard StreamHostCommand.exitCode(for: error) == .validationFailure else { StreamHostCommand.exit(withError: error) }
            let text = Array((StreamHostCommand.fullMessage(for: error) + "\n").utf8)
            _ = write(STDERR_FILENO, text, text.count)
            exit(Failure.Code.badUsage.rawValue)
        }
    }
}
