import GRPCWire

/// gRPC's status codes by name.
enum StatusName {
    static func of(_ code: Int32) -> String {
        StatusCode(rawValue: code)?.name ?? "the status \(code), which is sent as UNKNOWN"
    }
}
