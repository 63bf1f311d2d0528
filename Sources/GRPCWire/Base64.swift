/// Base64 for `-bin` metadata: both padded and unpadded input is accepted, unpadded output is written.
public enum Base64 {
    /// Appends the decoded bytes to `output`; `false`, with `output` as it was, where the input is malformed.
    public static func decode(_ input: some Collection<UInt8>, into output: inout [UInt8]) -> Bool {
        let start = output.count
        var accumulator: UInt32 = 0
        var bits = 0
        var digits = 0
        var padding = 0
        for byte in input {
            if byte == UInt8(ascii: "=") {
                padding += 1
                continue
            }
            guard padding == 0, let value = digit(byte) else {
                output.removeSubrange(start...)
                return false
            }
            digits += 1
            accumulator = accumulator << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)))
            }
        }
        // A lone digit carries no whole byte; padding, where there is any, must complete the group of four.
        guard digits % 4 != 1, padding == 0 || (padding <= 2 && (digits + padding) % 4 == 0) else {
            output.removeSubrange(start...)
            return false
        }
        return true
    }

    /// Appends the unpadded encoding of `input` to `output`.
    public static func encode(_ input: some Sequence<UInt8>, into output: inout [UInt8]) {
        var accumulator: UInt32 = 0
        var bits = 0
        for byte in input {
            accumulator = accumulator << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(character(UInt8(truncatingIfNeeded: accumulator >> UInt32(bits)) & 0x3F))
            }
        }
        if bits > 0 {
            output.append(character(UInt8(truncatingIfNeeded: accumulator << UInt32(6 - bits)) & 0x3F))
        }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func character(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
