/// What the command line says over the file and the environment.
public struct FlagOverrides: Sendable, Equatable {
    /// `--load LIBRARY`, in order: libraries to load besides those of the file. Default: none.
    public var load: [String]

    /// `--listen ADDRESS`, in order: instead of all other listeners, if there is at least one. Default: none.
    public var listen: [String]

    /// `--log-level LEVEL`. Default: `nil`, not given.
    public var logLevel: String?

    /// `--log-format FORMAT`. Default: `nil`, not given.
    public var logFormat: String?

    /// `--metrics ADDRESS`. Default: `nil`, not given.
    public var metrics: String?

    /// `--watch`: everything that is loaded is watched. Default: `false`, not given, which leaves it to the layers below.
    public var watch: Bool

    /// Creates overrides; without arguments, there are none.
    public init(
        load: [String] = [],
        listen: [String] = [],
        logLevel: String? = nil,
        logFormat: String? = nil,
        metrics: String? = nil,
        watch: Bool = false
    ) {
        self.load = load
        self.listen = listen
        self.logLevel = logLevel
        self.logFormat = logFormat
        self.metrics = metrics
        self.watch = watch
    }
}
