import NIOCore

/// Whose connections count together: an IPv4 address, or the 64 bits of an IPv6 address that name a network, within which one host may
/// have any number of addresses.
struct PeerAddress: Hashable {
    private let high: UInt64
    private let low: UInt64

    // Of sin_addr and sin6_addr in their structs, whose fields have no module that may be imported here.
    private static let offsetV4 = 4
    private static let offsetV6 = 8

    /// `nil` for a Unix socket, whose clients have none.
    init?(_ address: SocketAddress?) {
        switch address {
        case .v4(let address):
            high = 0
            low = UInt64(withUnsafeBytes(of: address.address) { $0.loadUnaligned(fromByteOffset: Self.offsetV4, as: UInt32.self) })
        case .v6(let address):
            let (first, second) = withUnsafeBytes(of: address.address) {
                (
                    $0.loadUnaligned(fromByteOffset: Self.offsetV6, as: UInt64.self),
                    $0.loadUnaligned(fromByteOffset: Self.offsetV6 + 8, as: UInt64.self)
                )
            }
            high = first
            // RFC 4291 2.5.5: with no network before it, it is an IPv4 address in disguise, or this machine.
            low = first == 0 ? second : 0
        case .unixDomainSocket, nil:
            return nil
        }
    }
}
