extension HostConfiguration {
    /// Where the host tells what it has counted.
    public struct Metrics: Sendable, Equatable {
        /// Where Prometheus finds them, by HTTP/1.1 at `/metrics`: an address as of a listener, or `off`. Default: `off`.
        /// ``HostConfiguration/metricsAddress`` reads it.
        public var address: String = "off"

        /// Creates metrics settings that hold the defaults.
        public init() {}
    }

    /// Where the metrics are; `nil`: nowhere.
    public var metricsAddress: ListenAddress? {
        metrics.address == "off" ? nil : try? ListenAddress.parse(metrics.address)
    }
}
