import GRPCWire
import Testing

/// gzip and deflate of single messages.
@Suite struct MessageCodecTests {
    private static let encodings: [MessageEncoding] = [.gzip, .deflate]

    private func deflate(
        _ message: [UInt8],
        _ encoding: MessageEncoding,
        level: Int = 6,
        with deflater: MessageDeflater = MessageDeflater()
    )
        throws -> [UInt8]
    {
        try #require(message.withUnsafeBytes { bytes in deflater.deflate(bytes, encoding, level: level).map { Array($0) } })
    }

    private enum Outcome: Equatable {
        case message([UInt8])
        case tooLarge
        case malformed
    }

    private func inflate(
        _ packed: [UInt8],
        _ encoding: MessageEncoding,
        limit: Int = 1 << 20,
        with inflater: MessageInflater = MessageInflater()
    ) -> Outcome {
        packed.withUnsafeBytes { bytes in
            switch inflater.inflate(bytes, encoding, limit: limit) {
            case .message(let message): .message(Array(message))
            case .tooLarge: .tooLarge
            case .malformed: .malformed
            }
        }
    }

    @Test(arguments: encodings, [0, 1, 100, 10_000, 500_000]) func whatIsDeflatedIsInflated(encoding: MessageEncoding, size: Int) throws {
        let message = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 % 13) }
        #expect(inflate(try deflate(message, encoding), encoding) == .message(message))
    }

    @Test(arguments: encodings) func oneCodecTakesMessageAfterMessage(encoding: MessageEncoding) throws {
        let deflater = MessageDeflater()
        let inflater = MessageInflater()
        for level in [1, 9, 6, 6] {
            let message = [UInt8](repeating: UInt8(level), count: 5000 * level)
            #expect(inflate(try deflate(message, encoding, level: level, with: deflater), encoding, with: inflater) == .message(message))
            // What is wrong with one is of no matter to the next.
            #expect(inflate([1, 2, 3], encoding, with: inflater) == .malformed)
        }
    }

    @Test(arguments: encodings) func theLimitIsOfWhatComesOut(encoding: MessageEncoding) throws {
        let packed = try deflate([UInt8](repeating: 0, count: 1000), encoding)
        #expect(inflate(packed, encoding, limit: 1000) == .message([UInt8](repeating: 0, count: 1000)))
        #expect(inflate(packed, encoding, limit: 999) == .tooLarge)
        #expect(inflate(packed, encoding, limit: 0) == .tooLarge)
    }

    @Test(arguments: encodings) func everyPartOfAMessageIsMalformed(encoding: MessageEncoding) throws {
        let packed = try deflate(Array("some text, some more text".utf8), encoding)
        for count in 1..<packed.count { #expect(inflate(Array(packed[..<count]), encoding) == .malformed) }
    }

    @Test(arguments: encodings) func bytesAfterTheEndAreMalformed(encoding: MessageEncoding) throws {
        #expect(inflate(try deflate([1, 2, 3], encoding) + [0], encoding) == .malformed)
    }

    @Test func gzipMayHaveSeveralMembers() throws {
        let packed = try deflate([1, 2, 3], .gzip) + deflate([4], .gzip)
        #expect(inflate(packed, .gzip) == .message([1, 2, 3, 4]))
    }

    // Clients that compress nothing to nothing.
    @Test(arguments: encodings) func noBytesAreAnEmptyMessage(encoding: MessageEncoding) {
        #expect(inflate([], encoding) == .message([]))
    }

    @Test func listsOfEncodingsAreReadLeniently() {
        func list(_ text: String) -> MessageEncodings { Array(text.utf8).withUnsafeBytes { MessageEncodings(list: $0) } }
        #expect(list("gzip, deflate ,identity").contains(.deflate))
        #expect(list("gzip, deflate ,identity").contains(.identity))
        #expect(list("br,zstd") == [])
        #expect(list(",,") == [])
        #expect(list("gzipped") == [])
    }
}
