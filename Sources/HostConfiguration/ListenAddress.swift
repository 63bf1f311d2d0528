/// Where a listener can be: a TCP address or a Unix socket.
///
/// One notation serves the file, `STREAMHOST_LISTEN` and `--listen`; ``parse(_:)`` reads it, `description` writes it.
public enum ListenAddress: Sendable, Hashable {
    /// TCP on an IPv4 address, in dotted decimal. Port 0 lets the system choose.
    case ipv4(host: String, port: Int)

    /// TCP on an IPv6 address, in the canonical form of RFC 5952 and without brackets. Port 0 lets the system choose.
    case ipv6(host: String, port: Int)

    /// TCP on all that a host name resolves to when the host starts. Port 0 lets the system choose.
    case hostname(String, port: Int)

    /// TCP on all interfaces, IPv6 and IPv4 alike. Port 0 lets the system choose.
    case allInterfaces(port: Int)

    /// A Unix domain socket at a path.
    case unix(path: String)
}

extension ListenAddress: CustomStringConvertible {
    /// The address in the notation that ``parse(_:)`` reads.
    public var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .hostname(let host, let port): "\(host):\(port)"
        case .allInterfaces(let port): ":\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

extension ListenAddress {
    /// Two listeners on one address can't both be bound. Port 0 is another port each time.
    func collides(with other: ListenAddress) -> Bool {
        switch self {
        case .ipv4(_, port: 0), .ipv6(_, port: 0), .hostname(_, port: 0), .allInterfaces(port: 0): false
        case .ipv4, .ipv6, .hostname, .allInterfaces, .unix: self == other
        }
    }
}
