import AdminAPI
import StreamHostClient

/// What a host is, for a person.
enum StatusText {
    /// A line for each thing, its name before it.
    static func lines(_ status: Streamhost_Admin_V1_HostStatus, at address: AdminAddress, now: Int64) -> [String] {
        var pairs = [
            ("streamhost", "\(status.version), process \(status.pid)" + (status.draining ? ", draining" : "")),
            ("admin socket", "\(address)"),
            ("running for", "\(Human.milliseconds(Double(now - status.startedAt))), since \(Human.moment(status.startedAt))"),
        ]
        pairs += status.listeners.enumerated().map { ($0.offset == 0 ? "listens on" : "", $0.element) }
        pairs += [
            ("threads", "\(status.threads)"),
            ("connections", "\(status.connections)"),
            ("calls", "\(status.calls)"),
            ("memory", Human.bytes(status.residentBytes)),
            ("log level", status.logLevel),
        ]
        let width = pairs.map(\.0.count).reduce(0, max)
        return pairs.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + Printable.line(value)
        }
    }
}
