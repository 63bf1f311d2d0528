import HostConfiguration
import HostTransport
import Logging
import PluginLoading
import PrometheusMetrics
import Synchronization

/// A host that serves: listeners, plugins, the admin service, and the way they end.
public final class Host: Sendable {
    private let transport: Transport
    private let plugins: PluginManager
    private let director: PluginDirector
    private let staging: LibraryStaging
    private let certificates: CertificateKeeper
    private let events = EventHub()
    private let health = HealthBoard()
    private let registry = PrometheusRegistry()
    private let accessLog: AccessLog
    private let logLevel: HostLogHandler.SharedLevel
    private let logger: Logger
    private let state: Mutex<State>

    private struct State {
        var configuration: HostConfiguration
        var addresses: [String] = []
        var metrics: HostMetrics?
    }

    // How long a plugin may take to stop its own threads once its calls are gone.
    private static let retirementLimit = Duration.seconds(5)

    /// What can be seen to be wrong before anything is started: libraries that aren't there.
    public static func check(_ configuration: HostConfiguration) throws(HostError) {
        guard !configuration.plugins.isEmpty || !configuration.pluginFolders.isEmpty else {
            throw HostError(
                code: .badConfiguration,
                message: "found no plugin to serve; name one with --load, as in: streamhost --load plugins/libchat.so"
            )
        }
        if let missing = WantedPlugins(configuration).missing.first {
            throw HostError(code: .badConfiguration, message: missing.message)
        }
    }

    /// Starts a host: plugins first, then listeners, so that the first client is already served.
    /// - Parameters:
    ///   - configuration: What to serve, and how.
    ///   - logger: Where to tell.
    ///   - logLevel: The level of `logger`, which operators may change.
    ///   - onEnd: Called where an operator asks for the end, which ``shutDown()`` then is.
    public static func start(
        _ configuration: HostConfiguration,
        logger: Logger,
        logLevel: HostLogHandler.SharedLevel,
        onEnd: @escaping @Sendable () -> Void
    ) async throws(HostError) -> Host {
        try check(configuration)
        Descriptors.raise(wanted: configuration.limits.maxConnections, logger)
        let host = try await Host(configuration, logger, logLevel)
        do throws(HostError) {
            try await host.serve(configuration, onEnd)
            return host
        } catch {
            _ = await host.transport.drain(within: .zero)
            await host.clearAway()
            throw error
        }
    }

    private init(_ configuration: HostConfiguration, _ logger: Logger, _ logLevel: HostLogHandler.SharedLevel) async throws(HostError) {
        state = Mutex(State(configuration: configuration))
        self.logger = logger
        self.logLevel = logLevel
        certificates = CertificateKeeper(logger: logger)
        let files = PluginFiles(root: configuration.dataDirectory)
        do throws(PluginError) {
            staging = try LibraryStaging(roots: files.stagingRoots)
        } catch {
            throw HostError(code: .system, message: error.message)
        }
        do {
            transport = try await Transport(
                threads: configuration.threads,
                limits: TransportLimits(configuration.limits)
            ) { peer, reason in
                logger.debug("connection of \(peer) ended: \(reason)")
            } onRefusals: { refusals in
                let list = refusals.all.map { "\($0.refusal.words) (\($0.count))" }.joined(separator: "; ")
                logger.warning("refused: \(list)")
            }
        } catch {
            staging.removeAll()
            throw HostError(code: .system, message: "cannot start the event loops: \(error)")
        }
        registry.describeInstruments()
        accessLog = AccessLog(loops: transport.loops.count, metrics: registry, logger: logger)
        plugins = PluginManager(
            transport: transport,
            bridge: CallBridge(loops: transport.loops, files: files, logger: PluginLog(logger: logger)),
            staging: staging,
            events: events,
            health: health,
            metrics: registry,
            settings: PluginManager.Settings(configuration.reload),
            logger: logger
        )
        director = PluginDirector(plugins: plugins, settings: configuration.reload, logger: logger)
    }

    private func serve(_ configuration: HostConfiguration, _ onEnd: @escaping @Sendable () -> Void) async throws(HostError) {
        // First what is soon seen to be wrong.
        var listeners: [(HostConfiguration.Listener, ListenerTLS?)] = []
        for listener in configuration.listeners {
            var tls: ListenerTLS?
            if let settings = listener.tls { tls = try await certificates.tls(settings) }
            listeners.append((listener, tls))
        }
        await transport.setCompression(CompressionPolicy(configuration.compression))
        await transport.setCallLimits(configuration.callLimits.map { CallLimit($0) })
        try await setAccessLog(configuration)
        await director.apply(WantedPlugins(configuration), configuration.reload)
        guard await !plugins.names.isEmpty else {
            throw HostError(code: .nothingToServe, message: "none of the plugins could be loaded; the reasons are in the log")
        }
        try await serveAdmin(configuration, onEnd)
        try await serveMetrics(configuration)
        for (listener, tls) in listeners {
            do throws(TransportError) {
                let address = try await transport.listen(on: listener, tls)
                state.withLock { $0.addresses.append(address) }
                logger.info("listening on \(address)\(tls == nil ? "" : ", TLS")")
            } catch {
                throw HostError(code: .listenFailed, message: error.message)
            }
        }
    }

    /// Where it listens, with the ports that were found for port 0.
    public var addresses: [String] { state.withLock { $0.addresses } }

    private func setAccessLog(_ configuration: HostConfiguration) async throws(HostError) {
        let target = configuration.accessLogTarget
        try accessLog.apply(configuration.accessLog, target)
        await transport.observe(by: target == .off ? nil : accessLog)
    }

    private func serveMetrics(_ configuration: HostConfiguration) async throws(HostError) {
        guard let address = configuration.metricsAddress else { return }
        let metrics = try await HostMetrics.serve(at: address, registry, transport, plugins)
        state.withLock { $0.metrics = metrics }
        logger.info("metrics on \(metrics.address), at /metrics")
    }

    // MARK: The admin service

    private func serveAdmin(_ configuration: HostConfiguration, _ onEnd: @escaping @Sendable () -> Void) async throws(HostError) {
        guard case .path(let path) = configuration.adminSocket else { return }
        let facts = HostFacts(transport: transport) { [weak self] in self?.addresses ?? [] }
        let service = AdminService(
            host: facts,
            plugins: plugins,
            director: director,
            events: events,
            logLevel: logLevel
        ) { [weak self] limit in
            self?.state.withLock { $0.configuration.shutdown.drainSeconds = limit.milliseconds / 1000 }
            onEnd()
        }
        await transport.publish(admin: service.routes(loops: transport.loops.count))
        do throws(TransportError) {
            // For this user alone: who may connect may do all that the host may.
            try await transport.listen(unixSocket: HostPath.absolute(path), mode: 0o600, Admission(for: .admin))
            logger.info("admin on unix:\(path)")
        } catch {
            // A socket that was asked for must be there; the default one is a convenience, which two hosts in one folder can't both have.
            guard configuration.admin == HostConfiguration.Admin() else { throw HostError(code: .listenFailed, message: error.message) }
            logger.warning("no admin service: \(error.message) Set admin.socket to another path, or to off.")
        }
    }

    // MARK: Changes

    /// Makes the running host what the configuration says, as far as that can change while it runs. All of it is told in the log.
    public func reconfigure(_ configuration: HostConfiguration) async {
        let before = state.withLock { state in
            let before = state.configuration
            state.configuration = configuration
            return before
        }
        accessLog.reopen()
        let changes = ConfigurationChange.changes(from: before, to: configuration)
        for change in changes {
            logger.notice("configuration: \(change)")
            switch change {
            case .logLevel(let level): logLevel.level = level
            case .limits(let limits): await transport.setLimits(TransportLimits(limits))
            case .compression(let compression): await transport.setCompression(CompressionPolicy(compression))
            case .callLimits(let limits): await transport.setCallLimits(limits.map { CallLimit($0) })
            case .accessLog:
                do throws(HostError) {
                    try await setAccessLog(configuration)
                } catch {
                    logger.error("the access log stays as it was: \(error.message)")
                }
            case .reload, .shutdown, .watchAll, .needsRestart: break
            case .pluginRemoved, .pluginReplaced, .pluginAdded, .watchChanged: break
            case .folderRemoved, .folderAdded, .folderWatchChanged: break
            }
        }
        await certificates.readAgain()
        if changes.isEmpty { logger.info("configuration: nothing has changed") }
        // Whatever has changed: what could not be loaded the last time is tried again.
        await director.apply(WantedPlugins(configuration), configuration.reload)
        events.publish(HostEvent(.config, "configuration read again: \(changes.count) changes"))
    }

    // MARK: The end

    /// Ends gracefully: refuses new connections and streams, lets calls in flight end within the configured limit, retires the plugins.
    public func shutDown() async {
        let drainSeconds = state.withLock { $0.configuration.shutdown.drainSeconds }
        logger.info("shutting down: \(transport.connectionCount) connections, up to \(drainSeconds) s to drain")
        await director.stop()
        await certificates.stop()
        health.end()
        events.publish(HostEvent(.shutdown, "the host ends"))
        events.end()
        let drained = await transport.drain(within: .seconds(drainSeconds))
        if !drained { logger.warning("the drain limit has passed: the calls that were left were ended with UNAVAILABLE") }
        await clearAway()
        logger.info("stopped")
    }

    private func clearAway() async {
        await plugins.retireAll(within: Self.retirementLimit)
        await state.withLock { $0.metrics }?.stop()
        await transport.stop()
        accessLog.finish()
        staging.removeAll()
    }
}
