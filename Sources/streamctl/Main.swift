import ArgumentParser
import Glibc

/// Runs the command; bad usage ends with this project's exit code for it, and not with the parser's own.
@main
enum Main {
    static func main() async {
        // Where nobody reads the output any more, writing says so; it must not end the process with a terminal left as it was drawn on.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try StreamCtlCommand.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard StreamCtlCommand.exitCode(for: error) == .validationFailure else { StreamCtlCommand.exit(withError: error) }
            Output.error(StreamCtlCommand.fullMessage(for: error))
            exit(Failure.Code.badUsage.rawValue)
        }
    }
}
