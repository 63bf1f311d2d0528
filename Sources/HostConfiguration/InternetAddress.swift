#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The C library's reading of IP addresses, back in canonical form, so that two spellings of one address are equal.
enum InternetAddress {
    static func ipv4(_ text: String) -> String? {
        canonical(text, family: AF_INET, bytes: 4, length: Int(INET_ADDRSTRLEN))
    }

    static func ipv6(_ text: String) -> String? {
        canonical(text, family: AF_INET6, bytes: 16, length: Int(INET6_ADDRSTRLEN))
    }

    /// - Parameters:
    ///   - bytes: The size of the family's binary address, which inet_pton(3) fills.
    ///   - length: The size of its longest text with the final zero, which inet_ntop(3) fills.
    private static func canonical(_ text: String, family: Int32, bytes: Int, length: Int) -> String? {
        var address = [UInt8](repeating: 0, count: bytes)
        var canonical = [CChar](repeating: 0, count: length)
        guard inet_pton(family, text, &address) == 1,
            inet_ntop(family, address, &canonical, socklen_t(length)) != nil
        else {
            return nil
        }
        return String(decoding: canonical.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
