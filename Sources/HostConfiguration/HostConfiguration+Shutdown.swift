extension HostConfiguration {
    /// How the host ends.
    public struct Shutdown: Sendable, Equatable {
        /// Seconds that calls in flight get to finish after SIGINT or SIGTERM; what is still open then is cancelled. 0
        /// ends them at once. Default: 30.
        public var drainSeconds: Double = 30

        /// Creates shutdown settings that hold the defaults.
        public init() {}
    }
}
