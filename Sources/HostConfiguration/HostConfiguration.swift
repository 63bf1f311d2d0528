import Logging

/// All that an operator can set about a host, checked, with every default filled in.
///
/// ``load(file:environment:flags:)`` makes one from the layers file < environment < flags. What each key means to the
/// person who writes it is in `docs/configuration.md`; `hostconfig.schema.json` tells the same to editors, and a test
/// holds the three together.
public struct HostConfiguration: Sendable, Equatable {
    /// Where the host accepts connections. Default: TCP on 127.0.0.1:50051, so that nothing is served to a network
    /// that nobody asked for.
    public var listeners: [Listener] = [Listener(address: .ipv4(host: "127.0.0.1", port: 50051))]

    /// The shared libraries to load at the start, in this order. Default: none.
    public var plugins: [Plugin] = []

    /// The folders whose libraries are loaded at the start, after ``plugins``, in this order. Default: none.
    public var pluginFolders: [PluginFolder] = []

    /// Whether everything that is loaded is watched, and reloaded when a new file is whole. Default: `false`, which
    /// leaves it to each plugin and folder.
    public var watch: Bool = false

    /// The bounds on what one client, connection or call may cost.
    public var limits = Limits()

    /// Which answers are compressed.
    public var compression = Compression()
    /// What services and methods may have. Default: none has a limit of its own.
    public var callLimits: [CallLimit] = []

    /// Event loop threads. Default: 0, which means one per core.
    public var threads: Int = 0

    /// What the host writes to its log, and how.
    public var log = Log()

    /// A line for each call.
    public var accessLog = AccessLog()

    /// Where the host tells what it has counted.
    public var metrics = Metrics()

    /// How plugins are replaced while they serve.
    public var reload = Reload()

    /// How the host ends.
    public var shutdown = Shutdown()

    /// How the host is administered while it runs.
    public var admin = Admin()

    /// The folder in which each plugin gets a folder of its own. A relative path is resolved by the host. Default:
    /// `data`.
    public var dataDirectory: String = "data"

    /// Creates a configuration that holds the defaults.
    public init() {}
}
