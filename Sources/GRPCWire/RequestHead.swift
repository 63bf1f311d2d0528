import Glibc

/// Collects the header block of a request and says what it asks for. One is used again and again: a connection has
/// one header block open at a time (RFC 9113 4.3).
public struct RequestHead {
    /// What a finished header block asks for.
    public enum Verdict: Equatable, Sendable {
        /// A call of the method in ``RequestHead/path``.
        case call
        /// Answer with this HTTP status and text, without gRPC.
        case http(Int, String)
        /// Answer whether new calls are taken, without gRPC.
        case health
        /// Answer as gRPC, without a handler.
        case status(Status)
        /// The same, and tell which encodings there are.
        case unknownEncoding(Status)
    }

    private enum ContentType: Equatable { case missing, grpc, other }

    /// The most bytes a header list may have: name + value + 32 each field (RFC 9113 6.5.2).
    public let limit: Int
    /// The most fields, since those of one byte on the wire cost memory too.
    public let fieldLimit: Int

    /// `:path` as it came.
    public private(set) var path: [UInt8] = []
    /// The metadata for the handler: all but what is HTTP's or gRPC's own.
    public private(set) var metadata = MetadataBlock()
    /// The call's timeout in nanoseconds; `nil`: none.
    public private(set) var timeout: UInt64?

    /// What the content type says of the messages' form, such as `json`; empty where it says nothing, or that they are protobuf.
    public private(set) var codec: [UInt8] = []
    /// How the request's messages are compressed, those that are.
    public private(set) var encoding = MessageEncoding.identity
    /// How messages to the client may be compressed.
    public private(set) var accepts = MessageEncodings()

    private var size = 0
    private var fields = 0
    private var isPost = false
    private var isGet = false
    private var contentType = ContentType.missing
    private var badTimeout = false
    private var badBinary: String?
    private var unknownEncoding: String?

    /// A head that has seen nothing.
    public init(limit: Int, fieldLimit: Int = 256) {
        self.limit = limit
        self.fieldLimit = fieldLimit
    }

    /// Forgets the block before.
    public mutating func reset() {
        path.removeAll(keepingCapacity: true)
        metadata.removeAll()
        timeout = nil
        size = 0
        fields = 0
        isPost = false
        isGet = false
        contentType = .missing
        codec.removeAll()
        badTimeout = false
        badBinary = nil
        encoding = .identity
        accepts = []
        unknownEncoding = nil
    }

    /// Takes one field. Past the limit it only counts.
    public mutating func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        size += name.count + value.count + 32
        fields += 1
        guard size <= limit, fields <= fieldLimit, name.count > 0 else { return }
        switch (name.count, name[0]) {
        case (5, UInt8(ascii: ":")) where name.isEqual(to: ":path"):
            path.removeAll(keepingCapacity: true)
            path.append(contentsOf: value)
        case (7, UInt8(ascii: ":")) where name.isEqual(to: ":method"):
            isPost = value.isEqual(to: "POST")
            isGet = value.isEqual(to: "GET")
        case (_, UInt8(ascii: ":")):
            break
        case (2, UInt8(ascii: "t")) where name.isEqual(to: "te"):
            break
        case (12, UInt8(ascii: "c")) where name.isEqual(to: "content-type"):
            contentType = Self.isGRPC(value) ? .grpc : .other
            addCodec(value)
        case (14, UInt8(ascii: "c")) where name.isEqual(to: "content-length"):
            break
        case (_, UInt8(ascii: "g")) where name.starts(with: "grpc-"):
            addReserved(name: name, value: value)
        default:
            if MetadataRules.isBinary(name) {
                addBinary(name: name, value: value)
            } else {
                metadata.append(name: name, value: value)
            }
        }
    }

    // Nearly all say nothing, or "+proto".
    private mutating func addCodec(_ value: UnsafeRawBufferPointer) {
        guard value.count > 16, value[16] == UInt8(ascii: "+"), !value.isEqual(to: "application/grpc+proto") else { return }
        let name = value[17...].prefix { $0 != UInt8(ascii: ";") }
        if !UnsafeRawBufferPointer(rebasing: name).isEqual(to: "proto") { codec = Array(name) }
    }

    private mutating func addReserved(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        if name.isEqual(to: "grpc-timeout") {
            timeout = Timeout.nanoseconds(value)
            badTimeout = timeout == nil
        } else if name.isEqual(to: "grpc-encoding") {
            if let known = MessageEncoding(name: value) {
                encoding = known
            } else {
                unknownEncoding = String(decoding: value.prefix(100), as: UTF8.self)
            }
        } else if name.isEqual(to: "grpc-accept-encoding") {
            accepts.formUnion(MessageEncodings(list: value))
        } else if name.isEqual(to: "grpc-tags-bin") || name.isEqual(to: "grpc-trace-bin") {
            // Tracing contexts of OpenCensus, which handlers may pass on.
            addBinary(name: name, value: value)
        }
    }

    /// Several values may be joined by ",". Each is charged as a field of its own, as each becomes one, name and all.
    private mutating func addBinary(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        var rest = value[...]
        while true {
            let part = rest.prefix { $0 != UInt8(ascii: ",") }
            if !metadata.append(name: name, base64: part) { badBinary = String(decoding: name.prefix(100), as: UTF8.self) }
            rest = rest.dropFirst(part.count)
            guard !rest.isEmpty else { return }
            rest = rest.dropFirst()
            size += name.count + 32
            fields += 1
            guard size <= limit, fields <= fieldLimit else { return }
        }
    }

    /// Whether the block is over a limit: what is added now is dropped.
    public var isTooLarge: Bool { size > limit || fields > fieldLimit }

    /// What the finished block asks for. Rules in the order of gRPC's `doc/PROTOCOL-HTTP2.md`, "Requests".
    public func verdict() -> Verdict {
        guard size <= limit, fields <= fieldLimit else {
            return .status(
                Status(
                    .resourceExhausted,
                    "found request metadata of \(size) bytes in \(fields) fields; "
                        + "this server takes \(limit) bytes in \(fieldLimit) fields"
                )
            )
        }
        guard isPost else {
            if isGet, path == Array("/".utf8) { return .http(200, "streamhost\n") }
            if isGet, path == Array("/healthz".utf8) { return .health }
            return .http(405, "this server speaks gRPC: POST only\n")
        }
        guard contentType == .grpc else {
            return .http(415, "this server speaks gRPC: content-type must begin with application/grpc\n")
        }
        if badTimeout {
            return .status(Status(.internal, "malformed grpc-timeout: wanted at most 8 digits and one of H M S m u n"))
        }
        if let badBinary {
            return .status(Status(.internal, "malformed metadata \(badBinary): wanted base64"))
        }
        if let unknownEncoding {
            return .unknownEncoding(
                Status(
                    .unimplemented,
                    "grpc-encoding \(unknownEncoding) is not supported; wanted one of \(MessageEncodings.allNames)"
                )
            )
        }
        return .call
    }

    // "application/grpc", then nothing, "+sub-type" or ";parameters"; "application/grpc-web" is another protocol.
    private static func isGRPC(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.starts(with: "application/grpc") else { return false }
        guard value.count > 16 else { return true }
        return value[16] == UInt8(ascii: "+") || value[16] == UInt8(ascii: ";")
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are the string's.
    @inline(__always)
    func isEqual(to string: StaticString) -> Bool {
        count == string.utf8CodeUnitCount && starts(with: string)
    }

    /// Whether the bytes begin with the string's.
    @inline(__always)
    func starts(with string: StaticString) -> Bool {
        guard let baseAddress, count >= string.utf8CodeUnitCount else { return string.utf8CodeUnitCount == 0 }
        return memcmp(baseAddress, string.utf8Start, string.utf8CodeUnitCount) == 0
    }
}
