/// Where a host's admin service is.
public enum AdminAddress: Sendable, Hashable {
    /// A Unix socket: what a host offers by default, at `<dataDirectory>/admin.sock`.
    case unix(path: String)
    /// TCP, as through a tunnel: no host listens there itself as long as nobody could be told from anybody.
    case tcp(host: String, port: Int)

    /// Reads `PATH`, `unix:PATH` or `tcp:HOST:PORT` (`tcp:[V6]:PORT`); anything without a prefix is a path.
    /// - Throws: ``AdminError`` with code `badAddress`.
    public init(_ text: String) throws(AdminError) {
        if text.hasPrefix("tcp:") {
            self = try Self.tcp(text)
            return
        }
        let path = text.hasPrefix("unix:") ? String(text.dropFirst("unix:".count)) : text
        // sockaddr_un has room for 108 bytes, the last of which is zero.
        guard !path.isEmpty, path.utf8.count <= 107 else {
            throw AdminError(
                code: .badAddress,
                message: path.isEmpty
                    ? "found no path of a socket; wanted PATH, unix:PATH or tcp:HOST:PORT"
                    : "a socket's path may be 107 bytes long, and this one has \(path.utf8.count): \(path). "
                        + "Give a shorter one: one that is relative to the current folder, or through a symbolic link"
            )
        }
        self = .unix(path: path)
    }

    private static func tcp(_ text: String) throws(AdminError) -> AdminAddress {
        let rest = text.dropFirst("tcp:".count)
        guard let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]), (1...65535).contains(port) else {
            throw AdminError(code: .badAddress, message: "found \"\(text)\"; wanted tcp:HOST:PORT with a port of 1 to 65535")
        }
        var host = String(rest[..<colon])
        let bracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if bracketed { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, bracketed || !host.contains(":") else {
            throw AdminError(code: .badAddress, message: "found \"\(text)\"; wanted tcp:HOST:PORT, or tcp:[V6]:PORT for an IPv6 address")
        }
        return .tcp(host: host, port: port)
    }
}

extension AdminAddress: CustomStringConvertible {
    /// As it is read, but a path stands by itself.
    public var description: String {
        switch self {
        case .unix(let path): path
        case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
        }
    }
}
