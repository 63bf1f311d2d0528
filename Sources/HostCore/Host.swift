import HostConfiguration
import HostTransport
import Logging
import PluginLoading

/// A host that serves: listeners, plugins, and the way they end.
public final class Host: Sendable {
    /// Where the host listens, with the ports that the system chose.
    public let addresses: [String]

    private let transport: Transport
    private let plugins: PluginManager
    private let staging: LibraryStaging
    private let configuration: HostConfiguration
    private let logger: Logger

    // How long a plugin may take to stop its own threads once its calls are gone.
    private static let retirementLimit = Duration.seconds(5)

    /// What can be seen to be wrong before anything is started: libraries that aren't there.
    public static func check(_ configuration: HostConfiguration) throws(HostError) {
        guard !configuration.plugins.isEmpty else {
            throw HostError(
                code: .badConfiguration,
                message: "found no plugin to serve; name one with --load, as in: streamhost --load plugins/libchat.so"
            )
        }
        for plugin in configuration.plugins { _ = try library(plugin.path) }
    }

    private static func library(_ path: String) throws(HostError) -> String {
        switch HostPath.library(path) {
        case .success(let found): return found
        case .failure(let error):
            throw HostError(
                code: .badConfiguration,
                message: "plugin library \(path): found no such file; looked at \(error.places.joined(separator: ", "))"
            )
        }
    }

    /// Starts: plugins first, then listeners, so that the first client is already served.
    public init(_ configuration: HostConfiguration, logger: Logger) async throws(HostError) {
        try Self.check(configuration)
        Descriptors.raise(wanted: configuration.limits.maxConnections, logger)
        self.configuration = configuration
        self.logger = logger
        let files = PluginFiles(root: configuration.dataDirectory)
        do throws(PluginError) {
            staging = try LibraryStaging(roots: files.stagingRoots)
        } catch {
            throw HostError(code: .system, message: error.message)
        }
        let transport: Transport
        do {
            transport = try await Transport(
                threads: configuration.threads,
                limits: TransportLimits(configuration.limits)
            ) { peer, reason in
                logger.debug("connection of \(peer) ended: \(reason)")
            }
        } catch {
            staging.removeAll()
            throw HostError(code: .system, message: "cannot start the event loops: \(error)")
        }
        self.transport = transport
        plugins = PluginManager(
            transport: transport,
            bridge: CallBridge(loops: transport.loops, files: files, logger: PluginLog(logger: logger)),
            staging: staging,
            events: EventHub(),
            settings: PluginManager.Settings(),
            logger: logger
        )
        do throws(HostError) {
            try await Self.load(configuration.plugins, plugins, logger)
            addresses = try await Self.listen(configuration.listeners, transport, logger)
        } catch {
            await plugins.retireAll(within: Self.retirementLimit)
            await transport.stop()
            staging.removeAll()
            throw error
        }
    }

    // A plugin that can't be loaded doesn't keep the others from serving.
    private static func load(
        _ requests: [HostConfiguration.Plugin],
        _ plugins: PluginManager,
        _ logger: Logger
    ) async throws(HostError) {
        var loaded = 0
        for request in requests {
            do {
                let path = try library(request.path)
                _ = try await plugins.load(PluginRequest(path: path, name: request.name, config: Array(request.config.serialized)))
                loaded += 1
            } catch {
                logger.error("plugin not loaded: \(error)")
            }
        }
        guard loaded > 0 else {
            throw HostError(code: .nothingToServe, message: "none of the plugins could be loaded; the reasons are in the log")
        }
    }

    private static func listen(
        _ listeners: [HostConfiguration.Listener],
        _ transport: Transport,
        _ logger: Logger
    ) async throws(HostError) -> [String] {
        var addresses: [String] = []
        for listener in listeners {
            do throws(TransportError) {
                let address = try await transport.listen(on: listener.address)
                logger.info("listening on \(address)")
                addresses.append(address)
            } catch {
                throw HostError(code: .listenFailed, message: error.message)
            }
        }
        return addresses
    }

    /// Ends gracefully: refuses new connections and streams, lets calls in flight end within the configured limit, retires the plugins.
    public func shutDown() async {
        logger.info("shutting down: \(transport.connectionCount) connections, up to \(configuration.shutdown.drainSeconds) s to drain")
        let drained = await transport.drain(within: .seconds(configuration.shutdown.drainSeconds))
        if !drained { logger.warning("the drain limit has passed: the calls that were left were ended with UNAVAILABLE") }
        await plugins.retireAll(within: Self.retirementLimit)
        await transport.stop()
        staging.removeAll()
        logger.info("stopped")
    }
}
