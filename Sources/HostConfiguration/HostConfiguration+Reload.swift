extension HostConfiguration {
    /// How plugins are replaced while they serve.
    public struct Reload: Sendable, Equatable {
        /// Seconds that calls get to let go when their plugin is reloaded; those that don't stay with the replaced
        /// generation. Default: 0.2.
        public var yieldSeconds: Double = 0.2

        /// Seconds that calls which stay with a replaced generation, or are an unloaded plugin's, may go on. 0 ends them
        /// at once. Default: 30.
        public var drainSeconds: Double = 30

        /// Seconds for which a new generation is watched before the replaced one is let go; until then, too many
        /// failures bring the replaced one back. 0 trusts it at once. Default: 5.
        public var probationSeconds: Double = 5

        /// Seconds for which the file of a library must have been unchanged before it is loaded. Default: 0.2.
        public var settleSeconds: Double = 0.2

        /// Live generations of one plugin; beyond, a reload is refused. Default: 8.
        public var maxGenerations: Int = 8

        /// Creates reload settings that hold the defaults.
        public init() {}
    }
}
