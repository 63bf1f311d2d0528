import GRPCWire
import HostConfiguration
import HostTransport

/// A call as the access log tells it.
struct AccessLine: Sendable {
    // Longer ones are cut: what a client calls itself has no bound but the headers'.
    private static let mostText = 256

    private let call: EndedCall
    /// Nanoseconds since 1970.
    private let time: Int64

    init(_ call: EndedCall, at time: Int64) {
        self.call = call
        self.time = time
    }

    func write(_ format: HostConfiguration.Log.Format, to bytes: inout [UInt8]) {
        switch format {
        case .text: bytes += text.utf8
        case .json: bytes += JSONValue.object(object).serialized
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private var text: String {
        var line =
            "\(Timestamp.text(nanoseconds: time)) \(Self.text(call.peer)) \(HostLogHandler.oneLine(Self.text(call.path))) \(call.status.name)"
        line += " \(milliseconds) ms in=\(call.messagesIn)/\(call.bytesIn) out=\(call.messagesOut)/\(call.bytesOut)"
        if let group = call.group, group.generation > 0 { line += " plugin=\(group.plugin) generation=\(group.generation)" }
        if let userAgent { line += " agent=\(String(decoding: JSONValue.string(userAgent).serialized, as: UTF8.self))" }
        if let trace = TraceContext(call.metadata) { line += " trace=\(trace.traceText) span=\(trace.parentText)" }
        return line
    }

    private var object: [String: JSONValue] {
        var object: [String: JSONValue] = [
            "time": .string(Timestamp.text(nanoseconds: time)), "peer": .string(Self.text(call.peer)),
            "method": .string(Self.text(call.path)),
            "status": .string(call.status.name), "milliseconds": .number(milliseconds),
            "messagesIn": .integer(call.messagesIn), "bytesIn": .integer(call.bytesIn),
            "messagesOut": .integer(call.messagesOut), "bytesOut": .integer(call.bytesOut),
        ]
        if let group = call.group, group.generation > 0 {
            object["plugin"] = .string(group.plugin)
            object["generation"] = .integer(group.generation)
        }
        if let userAgent { object["agent"] = .string(userAgent) }
        if let trace = TraceContext(call.metadata) {
            object["trace"] = .string(trace.traceText)
            object["span"] = .string(trace.parentText)
        }
        return object
    }

    /// To the microsecond.
    private var milliseconds: Double { Double(call.nanoseconds / 1000) / 1000 }

    private var userAgent: String? {
        var found: String?
        call.metadata.forEach { name, value in
            guard found == nil, name.elementsEqual("user-agent".utf8) else { return }
            found = String(decoding: value.prefix(Self.mostText), as: UTF8.self)
        }
        return found
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(mostText), as: UTF8.self) }
}
