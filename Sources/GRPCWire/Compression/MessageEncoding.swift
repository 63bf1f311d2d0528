/// How the messages of a call are compressed: gRPC's `doc/compression.md`.
public enum MessageEncoding: UInt8, Sendable, CaseIterable {
    /// Not at all.
    case identity
    /// RFC 1952.
    case gzip
    /// RFC 1950: gRPC's deflate is zlib's format.
    case deflate

    /// As `grpc-encoding` names it.
    public var name: String {
        switch self {
        case .identity: "identity"
        case .gzip: "gzip"
        case .deflate: "deflate"
        }
    }

    /// The encoding of that name; `nil`: not known here.
    public init?(name: UnsafeRawBufferPointer) {
        guard let known = Self.allCases.first(where: { name.elementsEqual($0.name.utf8) }) else { return nil }
        self = known
    }
}

/// Encodings that one side takes.
public struct MessageEncodings: OptionSet, Sendable {
    /// A bit for each.
    public let rawValue: UInt8

    /// Those whose bits are set.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// That one alone.
    public init(_ encoding: MessageEncoding) { self.init(rawValue: 1 << encoding.rawValue) }

    /// What `grpc-accept-encoding` lists: names with "," between them. What isn't known here is left out.
    public init(list: UnsafeRawBufferPointer) {
        var found = MessageEncodings()
        for part in list.split(separator: UInt8(ascii: ",")) {
            let name = part.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") }
            if let encoding = MessageEncoding(name: UnsafeRawBufferPointer(rebasing: name)) { found.insert(MessageEncodings(encoding)) }
        }
        self = found
    }

    /// Whether that encoding is among them.
    public func contains(_ encoding: MessageEncoding) -> Bool { contains(MessageEncodings(encoding)) }

    /// All that this server takes, as `grpc-accept-encoding` lists them.
    public static let allNames = MessageEncoding.allCases.map(\.name).joined(separator: ",")
}
