import HostTransport
import Logging
import Metrics
import PluginLoading

/// The plugins of a host: loads, reloads, drains, unloads and retires them. What decides is in ``GenerationLedger``; this drives the libraries,
/// the calls and the routes.
///
/// Changes go one at a time, through the turnstile; plugins' life-cycle functions run on the control queue. Retirement goes on beside them.
actor PluginManager {
    /// What bounds a reload.
    struct Settings: Sendable, Equatable {
        /// How long calls get to let go.
        var yield = Duration.milliseconds(200)
        /// How long calls may go on in a generation that was replaced.
        var drain = Duration.seconds(30)
        /// How long a new generation is watched before the old one is let go.
        var probation = Duration.seconds(5)
        /// Live generations of one plugin.
        var maxGenerations = 8
    }

    let transport: Transport
    let bridge: CallBridge
    let staging: LibraryStaging
    let events: EventHub
    let health: HealthBoard
    /// Makes the instruments that reloads are told by.
    let metrics: any MetricsFactory
    let descriptors = DescriptorBoard()
    /// The host's own methods, which clients are answered beside those of plugins.
    let ownHandlers: [any CallHandler]
    let logger: Logger
    let control = ControlQueue()
    let turnstile = Turnstile()

    var settings: Settings
    var slots: [String: PluginSlot] = [:]
    /// In the order of loading.
    var names: [String] = []
    /// Reloads that wait for their turn: a wish for the same is content with one of these.
    var waiting: [String: (options: ReloadOptions, task: Task<ReloadVerdict, Never>)] = [:]

    init(
        transport: Transport,
        bridge: CallBridge,
        staging: LibraryStaging,
        events: EventHub,
        health: HealthBoard,
        metrics: any MetricsFactory,
        settings: Settings,
        logger: Logger
    ) {
        self.health = health
        self.metrics = metrics
        let loops = transport.loops.count
        ownHandlers = HealthService(board: health).handlers(loops: loops) + ReflectionService(board: descriptors).handlers(loops: loops)
        self.transport = transport
        self.bridge = bridge
        self.staging = staging
        self.events = events
        self.settings = settings
        self.logger = logger
    }

    func set(_ settings: Settings) {
        self.settings = settings
        for name in names { slots[name]?.ledger.maxLive = settings.maxGenerations }
    }

    /// Runs a change when those before it are done.
    func inTurn<R: Sendable, Failure: Error>(_ change: () async throws(Failure) -> R) async throws(Failure) -> R {
        await turnstile.enter()
        do throws(Failure) {
            let result = try await change()
            await turnstile.leave()
            return result
        } catch {
            await turnstile.leave()
            throw error
        }
    }

    /// A plugin that is loaded, as its director sees it.
    struct Loaded: Sendable {
        let name: String
        /// What was asked for.
        let request: PluginRequest
        /// The file that is loaded now: an operator may have reloaded it from another one.
        let path: String
        /// What it calls itself.
        let ownName: String
    }

    /// What is loaded, in the order of loading.
    var loaded: [Loaded] {
        names.compactMap { name in
            guard let slot = slots[name], let active = slot.active else { return nil }
            return Loaded(name: name, request: slot.request, path: active.library.staged.original, ownName: active.library.name)
        }
    }

    /// What is asked for may change while it serves.
    func ask(_ name: String, _ request: PluginRequest) {
        slots[name]?.request = request
    }

    /// What new calls are answered by. A plugin that serves what the host does itself goes over it.
    var routes: RouteTable {
        let handlers: [any CallHandler] = ownHandlers + activeGenerations.flatMap(\.handlers)
        return RouteTable(handlers.map { (String(decoding: $0.path, as: UTF8.self), $0) })
    }

    private var activeGenerations: [PluginGeneration] { names.compactMap { slots[$0]?.active } }

    /// Tells the host's own services what there is now.
    func servicesChanged() {
        updateHealth()
        var index = DescriptorIndex()
        for service in activeGenerations.flatMap(\.plugin.services) { index.add(service.name, service.fileDescriptorSet) }
        let served = Set(index.services)
        for (name, fileDescriptorSet) in Self.ownServices where !served.contains(name) { index.add(name, fileDescriptorSet) }
        descriptors.set(index)
    }

    /// Tells the health service which services there are, and which take new calls.
    func updateHealth() {
        var serving: [String: Bool] = [:]
        for active in activeGenerations {
            for service in active.plugin.services { serving[service.name] = !active.group.isDraining }
        }
        health.set(serving)
    }

    private static let ownServices = [
        ("grpc.health.v1.Health", HealthDescriptors.fileDescriptorSet),
        ("grpc.reflection.v1.ServerReflection", ReflectionDescriptors.fileDescriptorSet),
        ("grpc.reflection.v1alpha.ServerReflection", ReflectionAlphaDescriptors.fileDescriptorSet),
    ]

    func notLoaded(_ name: String) -> PluginError {
        let known = names.isEmpty ? "none is loaded" : "loaded: \(names.joined(separator: ", "))"
        return PluginError(.notFound, "found no plugin named \"\(name)\"; \(known)")
    }

    /// Writes to the log and tells subscribers.
    func tell(_ event: HostEvent, level: Logger.Level = .info) {
        logger.log(level: level, "\(event.plugin.isEmpty ? "" : "plugin \(event.plugin) ")\(event.message)")
        events.publish(event)
    }
}
