/// The four kinds of methods. The raw values are those of the C ABI.
public enum MethodKind: Int32, Sendable, Equatable {
    case unary = 0
    case clientStreaming = 1
    case serverStreaming = 2
    case bidirectional = 3

    /// Whether the client may send any number of messages; otherwise it sends exactly one.
    public var clientStreams: Bool {
        switch self {
        case .clientStreaming, .bidirectional: true
        case .unary, .serverStreaming: false
        }
    }

    /// Whether the server may send any number of messages; otherwise it sends exactly one, or a status that isn't OK.
    public var serverStreams: Bool {
        switch self {
        case .serverStreaming, .bidirectional: true
        case .unary, .clientStreaming: false
        }
    }
}
