import NIOCore

/// A peer's address in gRPC's notation.
enum PeerName {
    static func of(_ address: SocketAddress?) -> [UInt8] {
        switch address {
        case .v4: Array("ipv4:\(address?.ipAddress ?? ""):\(address?.port ?? 0)".utf8)
        case .v6: Array("ipv6:[\(address?.ipAddress ?? "")]:\(address?.port ?? 0)".utf8)
        case .unixDomainSocket: Array("unix:".utf8)
        case nil: Array("unknown:".utf8)
        }
    }
}
