import CStreamHost

/// The four kinds of methods, as ids name them.
enum CallKind: String, CaseIterable, Sendable {
    case unary, client, server, bidi

    var abiKind: Int32 {
        switch self {
        case .unary: Int32(SH_UNARY)
        case .client: Int32(SH_CLIENT_STREAMING)
        case .server: Int32(SH_SERVER_STREAMING)
        case .bidi: Int32(SH_BIDIRECTIONAL)
        }
    }

    var words: String {
        switch self {
        case .unary: "unary"
        case .client: "client streaming"
        case .server: "server streaming"
        case .bidi: "bidirectional"
        }
    }

    var clientStreams: Bool { self == .client || self == .bidi }
    var serverStreams: Bool { self == .server || self == .bidi }
    /// Has one answer, which is owed when the client has said all; the others may stay open to tell what comes.
    var owesAnswer: Bool { !serverStreams }
}
