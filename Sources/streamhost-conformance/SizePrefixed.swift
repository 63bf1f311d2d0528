import Glibc

/// Messages behind their size, which is four bytes, big-endian.
enum SizePrefixed {
    // A request has a few certificates.
    private static let mostBytes = 1 << 20

    static func read(from file: Int32) throws -> [UInt8] {
        let size = try read(4, from: file).reduce(0) { $0 << 8 | Int($1) }
        guard size <= mostBytes else {
            throw Failure(.badRequest, "found a message of \(size) bytes on standard input, wanted at most \(mostBytes)")
        }
        return try read(size, from: file)
    }

    private static func read(_ count: Int, from file: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let more = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress.map { $0 + filled }, count - filled) }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else {
                throw Failure(
                    .badRequest,
                    "standard input ended after \(filled) bytes, wanted \(count): a request behind its size in four bytes"
                )
            }
            filled += more
        }
        return bytes
    }

    static func write(_ message: [UInt8], to file: Int32) throws {
        let size = UInt32(clamping: message.count)
        let bytes = withUnsafeBytes(of: size.bigEndian, Array.init) + message
        var written = 0
        while written < bytes.count {
            let more = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + written }, bytes.count - written) }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { throw Failure(.atRunTime, "nobody reads standard output: \(String(cString: strerror(errno)))") }
            written += more
        }
    }
}
