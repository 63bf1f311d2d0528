import ConformanceAPI
import StreamHostPlugin
import SwiftProtobuf

typealias RequestInfo = Connectrpc_Conformance_V1_ConformancePayload.RequestInfo

/// What was seen of a call so far.
struct Observed {
    private var requests: [Google_Protobuf_Any] = []
    private var bytes = 0

    // What one call may have the server remember.
    private static let mostBytes = 64 * 1024 * 1024

    /// Takes a request.
    mutating func append(_ request: some Message) throws {
        let request = try Google_Protobuf_Any(message: request)
        bytes += request.value.count
        guard bytes <= Self.mostBytes else {
            throw RPCError(.resourceExhausted, "found more than \(Self.mostBytes) bytes of requests to answer with")
        }
        requests.append(request)
    }

    /// All of it.
    func info(_ context: CallContext) -> RequestInfo {
        .with {
            $0.requestHeaders = Self.headers(context.metadata)
            if let left = context.remaining {
                let (seconds, attoseconds) = left.components
                $0.timeoutMs = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            }
            $0.requests = requests
        }
    }

    /// The requests alone, which are then forgotten.
    mutating func takeRequests() -> RequestInfo {
        defer { self = Observed() }
        return .with { $0.requests = requests }
    }

    // One for each name, in the order in which they came.
    private static func headers(_ metadata: Metadata) -> [Connectrpc_Conformance_V1_Header] {
        var headers: [Connectrpc_Conformance_V1_Header] = []
        var places: [String: Int] = [:]
        for entry in metadata.entries {
            let place = places[entry.name] ?? headers.count
            if place == headers.count {
                places[entry.name] = place
                headers.append(.with { $0.name = entry.name })
            }
            headers[place].value.append(HeaderText.of(entry))
        }
        return headers
    }
}
