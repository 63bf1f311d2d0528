import ArgumentParser
import Glibc

/// Runs the command; bad usage ends with this project's exit code for it, and not with the parser's own.
@main
enum Main {
    @MainActor
    static func main() async {
        do {
            var command = try StreamHostCommand.parseAsRoot()
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
            guard StreamHostCommand.exitCode(for: error) == .validationFailure else { StreamHostCommand.exit(withError: error) }
            let text = Array((StreamHostCommand.fullMessage(for: error) + "\n").utf8)
            _ = write(STDERR_FILENO, text, text.count)
            exit(Failure.Code.badUsage.rawValue)
        }
    }
}
