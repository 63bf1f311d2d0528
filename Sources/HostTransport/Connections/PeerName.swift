import Glibc
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

    /// An address of four or sixteen bytes as people write it; `nil`: it is of another length.
    static func text(ofAddress bytes: [UInt8]) -> String? {
        let family: CInt
        switch bytes.count {
        case 4: family = AF_INET
        case 16: family = AF_INET6
        default: return nil
        }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
