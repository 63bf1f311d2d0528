import ArgumentParser

/// What every command that talks to a host takes; before the command's name as well as behind it: the parser finds it for `streamctl` itself
/// wherever it stands, and hands the same value to the command.
struct HostOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The host's admin socket: a path, or tcp:HOST:PORT. "
                + "(default: $\(SocketChoice.variable), else \(SocketChoice.standard))",
            valueName: "path"
        )
    )
    var socket: String?

    @Flag(name: .long, help: "Print one JSON document and nothing else, for scripts.")
    var json = false
}
