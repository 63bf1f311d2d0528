/// A file's id: 128 random bits, 32 lower-case hexadecimal digits in text, so that nobody guesses another's.
struct FileID: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    static func random(using random: inout some RandomNumberGenerator) -> FileID {
        FileID(high: random.next(), low: random.next())
    }

    /// On Linux from getrandom(2): fit for secrets.
    static func random() -> FileID {
        var random = SystemRandomNumberGenerator()
        return .random(using: &random)
    }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `nil` where the text isn't an id exactly as we write them: nothing else ever becomes part of a path.
    init?(_ text: String) {
        var digits: [UInt64] = [0, 0]
        guard text.utf8.count == 32 else { return nil }
        for (index, byte) in text.utf8.enumerated() {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            digits[index / 16] = digits[index / 16] << 4 | UInt64(digit)
        }
        self.init(high: digits[0], low: digits[1])
    }

    var description: String { Self.hexadecimal(high) + Self.hexadecimal(low) }

    static func < (a: FileID, b: FileID) -> Bool { (a.high, a.low) < (b.high, b.low) }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
