import GRPCWire
import HTTP2Session

/// Header blocks of responses. Those without anything of the call's own are made once.
enum ResponseHeaders {
    static let initial = HTTP2HeaderBlock(text: [(":status", "200"), ("content-type", "application/grpc")], immortal: true)
    static let okTrailers = HTTP2HeaderBlock(text: [("grpc-status", "0")], immortal: true)
    static let okOnly = HTTP2HeaderBlock(
        text: [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")],
        immortal: true
    )

    // Bytes of an encoded grpc-message: clients refuse trailers of more than 8 to 16 KB in all.
    private static let messageLimit = 4096

    typealias Field = (name: [UInt8], value: [UInt8])

    static let initialFields: [Field] = [
        (Array(":status".utf8), Array("200".utf8)), (Array("content-type".utf8), Array("application/grpc".utf8)),
    ]

    /// Of a call whose messages aren't protobuf.
    static func initialFields(_ codec: [UInt8]) -> [Field] {
        [initialFields[0], (initialFields[1].name, initialFields[1].value + [UInt8(ascii: "+")] + codec)]
    }

    static let acceptEncoding: Field = (Array("grpc-accept-encoding".utf8), Array(MessageEncodings.allNames.utf8))

    static func encodingFields(_ encoding: MessageEncoding) -> [Field] {
        guard encoding != .identity else { return [acceptEncoding] }
        return [(Array("grpc-encoding".utf8), Array(encoding.name.utf8)), acceptEncoding]
    }

    static func statusFields(_ status: Status, details: [UInt8]) -> [Field] {
        var fields: [Field] = [(Array("grpc-status".utf8), Array("\(status.code.rawValue)".utf8))]
        if !status.message.isEmpty {
            var encoded: [UInt8] = []
            PercentEncoding.encode(status.message.utf8, into: &encoded, limit: messageLimit)
            fields.append((Array("grpc-message".utf8), encoded))
        }
        if !details.isEmpty {
            var encoded: [UInt8] = []
            Base64.encode(details, into: &encoded)
            fields.append((Array("grpc-status-details-bin".utf8), encoded))
        }
        return fields
    }

    /// The fields of metadata as they go on the wire.
    static func fields(_ metadata: MetadataBlock) -> [Field] {
        var fields: [Field] = []
        metadata.forEach { name, value in
            guard MetadataRules.isBinary(name) else { return fields.append((Array(name), Array(value))) }
            var encoded: [UInt8] = []
            Base64.encode(value, into: &encoded)
            fields.append((Array(name), encoded))
        }
        return fields
    }
}

/// How a call ends, with what goes into its trailers.
public struct CallEnd: Sendable {
    /// The status.
    public var status: Status
    /// A serialized `google.rpc.Status`; empty: none.
    public var details: [UInt8]
    /// Trailing metadata.
    public var trailers: MetadataBlock

    /// OK, without metadata.
    public static let ok = CallEnd(Status(.ok))

    /// An end with that status.
    public init(_ status: Status, details: [UInt8] = [], trailers: MetadataBlock = MetadataBlock()) {
        self.status = status
        self.details = details
        self.trailers = trailers
    }

    var isPlainOK: Bool { status.code == .ok && status.message.isEmpty && details.isEmpty && trailers.isEmpty }

    var fields: [ResponseHeaders.Field] {
        ResponseHeaders.statusFields(status, details: details) + ResponseHeaders.fields(trailers)
    }
}
