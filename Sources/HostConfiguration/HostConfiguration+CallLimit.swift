extension HostConfiguration {
    /// What a service, or one of its methods, may have; beyond, its calls end with RESOURCE_EXHAUSTED before a handler sees them.
    ///
    /// In JSON: `{"service": "chat.ChatService", "method": "JoinChat", "maxConcurrent": 1000, "maxPerSecond": 100}`.
    public struct CallLimit: Sendable, Equatable {
        /// The service's full name, `package.Service`. Required.
        public var service: String

        /// The method's name. Default: `nil`, all methods of the service together.
        public var method: String?

        /// Calls open at once. Default: 0, which is any number.
        public var maxConcurrent: Int

        /// Calls that may begin in a second. Default: 0, which is any number.
        public var maxPerSecond: Int

        /// Creates a limit.
        public init(service: String, method: String? = nil, maxConcurrent: Int = 0, maxPerSecond: Int = 0) {
            self.service = service
            self.method = method
            self.maxConcurrent = maxConcurrent
            self.maxPerSecond = maxPerSecond
        }
    }
}
