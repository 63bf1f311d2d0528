import CStreamHost
import Synchronization

/// One instance of the plugin in the host: what its calls share.
///
/// SAFETY: `@unchecked Sendable` as each place of `executors` is touched by its own loop's thread alone, `methods` is written before the
/// first call and only read afterwards, `names` is used by [control] functions alone, which come one at a time; the rest is constant or atomic.
final class PluginInstance: @unchecked Sendable {
    private static let maxLoops = 256

    let host: HostFunctions
    let context: PluginContext
    private let plugin: any Plugin
    private let executors: UnsafeMutablePointer<Unmanaged<LoopExecutor>?>
    private var methods: [MethodBox] = []
    private let names = StableNames()
    private let tasks = Atomic<Int>(0)
    private let shutDownBegun = Atomic<Bool>(false)

    init(_ type: any Plugin.Type, host: HostFunctions) throws {
        self.host = host
        context = PluginContext(host: host)
        plugin = try type.init(context: context)
        executors = .allocate(capacity: Self.maxLoops)
        executors.initialize(repeating: nil, count: Self.maxLoops)
    }

    deinit {
        // The executors stay: a task that ends late may still refer to its own.
        executors.deallocate()
    }

    /// The loop's executor. On the loop's thread.
    @inline(__always)
    func executor(_ loop: sh_loop) -> LoopExecutor? {
        guard loop < UInt64(Self.maxLoops) else { return nil }
        if let known = executors[Int(loop)] { return known.takeUnretainedValue() }
        let made = LoopExecutor(host: host, loop: loop)
        executors[Int(loop)] = .passRetained(made)
        return made
    }

    // MARK: Registration

    func register(with registrar: UnsafePointer<sh_registrar>) throws {
        let registry = ServiceRegistry()
        try plugin.register(in: registry)
        for service in registry.services {
            methods += service.methods
            try service.register(with: registrar)
        }
    }

    // MARK: Hand-over

    func save(into state: UnsafeMutablePointer<sh_state>) throws {
        try StateTransfer.fill(state, with: plugin.save(), names: names)
    }

    func restore(_ state: SavedState) throws { try plugin.restore(state) }

    // MARK: Retirement

    func taskBegan() { tasks.wrappingAdd(1, ordering: .relaxed) }
    func taskEnded() {
        let left = tasks.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
        if left == 0, shutDownBegun.load(ordering: .acquiring) { host.retired() }
    }

    /// Calls whose tasks still run. Theirs is what keeps a plugin from retiring.
    var liveTasks: Int { tasks.load(ordering: .acquiring) }

    /// Lets the plugin stop what it has running, once.
    func beginShutDown() {
        guard !shutDownBegun.exchange(true, ordering: .acquiringAndReleasing) else { return }
        taskBegan()
        Task {
            await plugin.shutDown()
            taskEnded()
        }
    }
}
