import ArgumentParser
import Glibc
import HostConfiguration
import HostCore
import Logging

/// The command line: arguments and what they lead to.
struct StreamHostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "streamhost",
        abstract: "Serves gRPC services that are plugins: shared libraries, loaded through a C ABI.",
        usage: """
            streamhost [--load LIB]... [--config FILE] [--listen ADDR]... [options]
            streamhost check LIB
            """,
        discussion: """
            EXAMPLES
              streamhost --load plugins/libchat.so
              streamhost --config hostconfig.json --listen 127.0.0.1:0
              streamhost --load plugins/libchat.so --listen unix:/run/chat.sock

            Every setting of the configuration file can also be given in the environment, as in STREAMHOST_LOG_LEVEL=debug or \
            STREAMHOST_LIMITS_MAX_CONCURRENT_STREAMS=200; flags win over the environment, and that over the file.

            EXIT CODES
              0  ended as asked   1  failed at run time   2  bad usage or configuration

            SIGINT and SIGTERM end gracefully: calls in flight may finish. A second signal ends at once. SIGHUP reads the configuration \
            again, and loads, reloads and unloads plugins until they are what it says. `streamctl` does the same by hand.
            """,
        version: hostVersion,
        subcommands: tools
    )

    /// What it does besides serving.
    static let tools: [any ParsableCommand.Type] = [CheckCommand.self, CheckChildCommand.self]

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A plugin to load, besides those of the configuration. Looked for from the current folder, then in the installation.",
            valueName: "lib"
        )
    )
    var load: [String] = []

    @Option(name: .long, help: ArgumentHelp("The configuration file (JSON).", valueName: "file"))
    var config: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to listen, instead of the configuration's listeners: HOST:PORT, [V6]:PORT, :PORT or unix:PATH. Port 0: any free one. "
                + "(default: 127.0.0.1:50051)",
            valueName: "addr"
        )
    )
    var listen: [String] = []

    @Option(name: .long, help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Option(name: .long, help: ArgumentHelp("text or json.", valueName: "format"))
    var logFormat: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where Prometheus finds metrics, at /metrics: HOST:PORT, [V6]:PORT, :PORT, unix:PATH, or off. (default: off)",
            valueName: "addr"
        )
    )
    var metrics: String?

    @Flag(name: .long, help: "Watch the libraries of all plugins, and all plugin folders: a new build is loaded when its file is whole.")
    var watch = false

    @Flag(name: .long, help: "Check the configuration and the libraries' files, say what was found, and end.")
    var checkConfig = false

    func run() async throws {
        let settings: HostConfiguration
        do throws(ConfigurationError) {
            settings = try read()
        } catch {
            throw Failure.report("\(error)", code: .badUsage)
        }
        if checkConfig { return try check(settings) }
        try await serve(settings)
    }

    private func read() throws(ConfigurationError) -> HostConfiguration {
        try HostConfiguration.load(
            file: config,
            environment: Environment.variables(),
            flags: FlagOverrides(load: load, listen: listen, logLevel: logLevel, logFormat: logFormat, metrics: metrics, watch: watch)
        )
    }

    private func check(_ settings: HostConfiguration) throws {
        do throws(HostError) {
            try Host.check(settings)
        } catch {
            throw Failure.report(error.message, code: Failure.code(of: error))
        }
        print("configuration is good: \(settings.listeners.count) listeners, \(settings.plugins.count) plugins")
        for listener in settings.listeners { print("  listen \(listener.address)") }
        for plugin in settings.plugins { print("  load   \(plugin.path)") }
        for folder in settings.pluginFolders { print("  load   \(folder.path)/*.so") }
    }

    private func serve(_ settings: HostConfiguration) async throws {
        let level = HostLogHandler.SharedLevel(settings.log.level)
        let format = settings.log.format
        let logger = Logger(label: "streamhost") { _ in HostLogHandler(format: format, level: level) }
        // A client that is gone must not end the process.
        signal(SIGPIPE, SIG_IGN)
        let signals = HostSignals()
        let host: Host
        do throws(HostError) {
            host = try await Host.start(settings, logger: logger, logLevel: level, onEnd: { signals.terminate() })
        } catch {
            throw Failure.report(error.message, code: Failure.code(of: error))
        }
        var reading: Task<Void, Never>?
        while let signal = await signals.next() {
            guard signal != .hangUp else {
                // Beside: what it leads to may take its time, and the next signal must be heard.
                reading = Task { [reading] in
                    await reading?.value
                    await readAgain(host, logger)
                }
                continue
            }
            logger.info("\(signal.name): ending; a second signal ends at once")
            break
        }
        let second = Task {
            while let second = await signals.next() {
                guard second != .hangUp else { continue }
                logger.warning("\(second.name): ending at once")
                // No exit handlers: they would wait for what is running.
                _exit(1)
            }
        }
        await host.shutDown()
        second.cancel()
    }

    private func readAgain(_ host: Host, _ logger: Logger) async {
        logger.notice("SIGHUP: reading the configuration again")
        do throws(ConfigurationError) {
            await host.reconfigure(try read())
        } catch {
            logger.error("the configuration stays as it was: \(error)")
        }
    }
}
