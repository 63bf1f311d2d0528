import GRPCWire

/// Which methods' answers are compressed, and how, where the client takes it. A handler may say otherwise for its call.
public struct CompressionPolicy: Sendable {
    /// How messages are compressed.
    public struct Rule: Sendable {
        /// What is used where the client takes it; ``MessageEncoding/identity``: nothing.
        public var encoding: MessageEncoding
        /// 1, the fastest, to 9, the smallest.
        public var level: Int
        /// Messages below so many bytes are sent as they are.
        public var minBytes: Int

        /// A rule.
        public init(encoding: MessageEncoding = .identity, level: Int = 6, minBytes: Int = 1024) {
            self.encoding = encoding
            self.level = level
            self.minBytes = minBytes
        }

        /// What a client that takes these is sent.
        func encoding(for accepts: MessageEncodings) -> MessageEncoding { accepts.contains(encoding) ? encoding : .identity }
    }

    /// For methods that no other rule is for.
    public let general: Rule
    /// By `package.Service/Method` or `package.Service`; the method's goes over the service's.
    public let named: [String: Rule]
    // What was found for paths that are served: a call makes no text of its own.
    private var found: [[UInt8]: Rule] = [:]

    /// A policy; without arguments nothing is compressed, unless a handler asks for it.
    public init(general: Rule = Rule(), named: [String: Rule] = [:]) {
        self.general = general
        self.named = named
    }

    // Most hosts compress nothing, or everything alike: then no call looks for its name.
    mutating func rule(path: [UInt8]) -> Rule {
        guard !named.isEmpty else { return general }
        if let rule = found[path] { return rule }
        let rule = find(path)
        found[path] = rule
        return rule
    }

    private func find(_ path: [UInt8]) -> Rule {
        let name = String(decoding: path.dropFirst(), as: UTF8.self)
        if let rule = named[name] { return rule }
        guard let slash = name.lastIndex(of: "/"), let rule = named[String(name[..<slash])] else { return general }
        return rule
    }
}
