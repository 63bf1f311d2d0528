import Glibc

/// Finds a method's handler by the bytes of `:path`. Immutable: a change of the routes is a new table.
public final class RouteTable: Sendable {
    private struct Route: Sendable {
        var path: [UInt8]
        var handler: any CallHandler
    }

    private let slots: [Route?]
    private let mask: Int

    /// A table of those routes: `/package.Service/Method` to handler. Of equal paths the last one counts.
    public init(_ routes: [(path: String, handler: any CallHandler)] = []) {
        var size = 16
        while size < routes.count * 4 { size *= 2 }
        var slots = [Route?](repeating: nil, count: size)
        for (path, handler) in routes {
            let bytes = Array(path.utf8)
            var index = bytes.withUnsafeBytes { Self.hash($0) } & (size - 1)
            while let other = slots[index], other.path != bytes { index = (index + 1) & (size - 1) }
            slots[index] = Route(path: bytes, handler: handler)
        }
        self.slots = slots
        self.mask = size - 1
    }

    /// The handler of that path, byte for byte.
    func handler(path: UnsafeRawBufferPointer) -> (any CallHandler)? {
        var index = Self.hash(path) & mask
        while let route = slots[index] {
            if route.path.count == path.count, let start = path.baseAddress,
                route.path.withUnsafeBytes({ $0.baseAddress.map { memcmp($0, start, path.count) == 0 } ?? false })
            {
                return route.handler
            }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Whether a path of that service, `/package.Service/...`, is there.
    func hasService(of path: UnsafeRawBufferPointer) -> Bool {
        guard let slash = path.dropFirst().firstIndex(of: UInt8(ascii: "/")) else { return false }
        let prefix = path[...slash]
        return slots.contains { $0?.path.starts(with: prefix) ?? false }
    }

    // Eight bytes at a time, multiplied and folded: paths are short and are not chosen by the client where they match.
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            state = mix(state ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return Int(truncatingIfNeeded: mix(state ^ rest) >> 1)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
