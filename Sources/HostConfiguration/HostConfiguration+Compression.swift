extension HostConfiguration {
    /// Which answers are compressed, where the client takes it. Requests may come compressed in any case.
    public struct Compression: Sendable, Equatable {
        /// What messages are compressed with.
        public enum Encoding: String, Sendable, CaseIterable {
            case none, gzip, deflate
        }

        /// For one method, or all of one service; what it leaves out is as for the others.
        public struct Method: Sendable, Equatable {
            /// `package.Service/Method`, or `package.Service`.
            public var name: String
            /// JSON key: `encoding`.
            public var encoding: Encoding?
            /// JSON key: `level`.
            public var level: Int?
            /// JSON key: `minBytes`.
            public var minBytes: Int?

            /// A method's own settings.
            public init(name: String, encoding: Encoding? = nil, level: Int? = nil, minBytes: Int? = nil) {
                self.name = name
                self.encoding = encoding
                self.level = level
                self.minBytes = minBytes
            }
        }

        /// Of all methods that ``methods`` doesn't name. Default: `none`, as compressing costs more than most networks do.
        public var encoding: Encoding = .none

        /// zlib's level: 1 is the fastest, 9 the smallest. Default: 6.
        public var level: Int = 6

        /// Messages below so many bytes are sent as they are. Default: 1024.
        public var minBytes: Int = 1024

        /// Methods and services with settings of their own; a method's go over its service's.
        public var methods: [Method] = []

        /// Creates compression settings that hold the defaults.
        public init() {}
    }
}
