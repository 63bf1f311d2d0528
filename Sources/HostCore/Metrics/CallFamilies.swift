import GRPCWire
import HostTransport
import PrometheusMetrics

/// What has become of a method's calls.
struct CountedMethod: Sendable {
    /// Empty: the host's own.
    let plugin: String
    /// `package.Service`.
    let service: String
    let method: String
    let kind: MethodKind?
    let totals: MethodCounts.Totals
}

/// Calls by method, under the names that go-grpc-prometheus has given them: dashboards and alerts for gRPC servers work as they are.
enum CallFamilies {
    private typealias Label = MetricFamily.Label

    /// `unserved`: requests that no method was there for. Whatever clients asked for, they are one series: names of theirs would be series
    /// without end.
    static func families(_ methods: [CountedMethod], unserved: MethodCounts.Totals) -> [MetricFamily] {
        var started = MetricFamily(.counter, "grpc_server_started_total", help: "Calls that have begun.")
        var handled = MetricFamily(.counter, "grpc_server_handled_total", help: "Calls that have ended, by status.")
        var seconds = MetricFamily(
            .histogram,
            "grpc_server_handling_seconds",
            help: "Seconds from a request's headers to the end of its stream."
        )
        var received = MetricFamily(.counter, "grpc_server_msg_received_total", help: "Messages that handlers were given.")
        var sent = MetricFamily(.counter, "grpc_server_msg_sent_total", help: "Messages that handlers have sent.")
        var bytesIn = MetricFamily(
            .counter,
            "streamhost_received_bytes_total",
            help: "Bytes of requests' messages as they came: compressed, with gRPC's prefix."
        )
        var bytesOut = MetricFamily(
            .counter,
            "streamhost_sent_bytes_total",
            help: "Bytes of answers' messages as they were sent: compressed, with gRPC's prefix."
        )
        var queued = MetricFamily(.gauge, "streamhost_queued_bytes", help: "Bytes of answers' messages that wait for clients to read.")
        var open = MetricFamily(.gauge, "streamhost_calls_open", help: "Calls that have begun and not ended.")
        let unknown = CountedMethod(plugin: "", service: "unknown", method: "unknown", kind: nil, totals: unserved)
        for method in methods + [unknown] {
            let (labels, totals) = (Self.labels(method), method.totals)
            started.add(totals.started, labels)
            var ended = 0
            for code in StatusCode.allCases {
                let count = totals.ended[Int(code.rawValue)]
                ended += count
                // Seventeen series a method, most of them for ever 0, would be a burden on whoever keeps them.
                if count > 0 || code == .ok { handled.add(count, labels + [Label("grpc_code", Self.name(code))]) }
            }
            open.add(max(totals.started - ended, 0), labels)
            seconds.add(counts: totals.durations.counts, bounds: DurationTotals.bounds, sum: totals.durations.sum, labels)
            received.add(totals.messagesIn, labels)
            sent.add(totals.messagesOut, labels)
            bytesIn.add(totals.bytesIn, labels)
            bytesOut.add(totals.bytesOut, labels)
            queued.add(totals.queuedBytes, labels)
        }
        return [started, handled, seconds, received, sent, bytesIn, bytesOut, queued, open]
    }

    private static func labels(_ method: CountedMethod) -> [MetricFamily.Label] {
        [
            Label("grpc_type", name(method.kind)), Label("grpc_service", method.service), Label("grpc_method", method.method),
            Label("plugin", method.plugin),
        ]
    }

    private static func name(_ kind: MethodKind?) -> String {
        switch kind {
        case .unary: "unary"
        case .clientStreaming: "client_stream"
        case .serverStreaming: "server_stream"
        case .bidirectional: "bidi_stream"
        case nil: "unknown"
        }
    }

    // As grpc-go spells them, and so what exists for go-grpc-prometheus.
    private static func name(_ code: StatusCode) -> String {
        switch code {
        case .ok: "OK"
        case .cancelled: "Canceled"
        case .unknown: "Unknown"
        case .invalidArgument: "InvalidArgument"
        case .deadlineExceeded: "DeadlineExceeded"
        case .notFound: "NotFound"
        case .alreadyExists: "AlreadyExists"
        case .permissionDenied: "PermissionDenied"
        case .resourceExhausted: "ResourceExhausted"
        case .failedPrecondition: "FailedPrecondition"
        case .aborted: "Aborted"
        case .outOfRange: "OutOfRange"
        case .unimplemented: "Unimplemented"
        case .internal: "Internal"
        case .unavailable: "Unavailable"
        case .dataLoss: "DataLoss"
        case .unauthenticated: "Unauthenticated"
        }
    }
}
