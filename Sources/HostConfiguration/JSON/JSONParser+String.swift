extension JSONParser {
    /// At the opening quote. RFC 8259 7.
    mutating func string() throws(ConfigurationError) -> String {
        let start = offset
        var bytes: [UInt8] = []
        offset += 1
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw file.error(.syntax, at: start, "this string isn't UTF-8; save the file as UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                bytes += try escape().utf8
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                throw file.error(.syntax, at: start, "this string doesn't end on its line; add the closing quote")
            case 0..<0x20:
                throw syntaxError("a control character in a string must be escaped, as \\t for a tab")
            default:
                bytes.append(byte)
                offset += 1
            }
        }
        throw file.error(.syntax, at: start, "this string doesn't end before the file does; add the closing quote")
    }

    /// At the backslash.
    private mutating func escape() throws(ConfigurationError) -> String {
        let start = offset
        offset += 1
        let escaped = peek
        offset += 1
        switch escaped {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return String(try scalar(escapedAt: start))
        default:
            throw file.error(.syntax, at: start, "no such escape; a backslash itself is written \\\\")
        }
    }

    /// Behind `\u`. Scalars above U+FFFF are written as two escapes, a surrogate pair.
    private mutating func scalar(escapedAt start: Int) throws(ConfigurationError) -> Unicode.Scalar {
        let unit = try hexadecimalUnit(escapedAt: start)
        if let scalar = Unicode.Scalar(unit) {
            return scalar
        }
        if UTF16.isLeadSurrogate(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let trail = try hexadecimalUnit(escapedAt: start)
            if UTF16.isTrailSurrogate(trail) {
                return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
            }
        }
        throw file.error(.syntax, at: start, "half of a surrogate pair is no character; write both halves")
    }

    private mutating func hexadecimalUnit(escapedAt start: Int) throws(ConfigurationError) -> UInt16 {
        let digits = file.bytes[min(offset, file.bytes.count)...].prefix(4)
        let text = String(decoding: digits, as: UTF8.self)
        // UInt16(_:radix:) alone would take "+12a".
        guard digits.count == 4, digits.allSatisfy(\.isASCIILetterOrDigit), let unit = UInt16(text, radix: 16) else {
            throw file.error(.syntax, at: start, "\\u must be followed by four hexadecimal digits")
        }
        offset += 4
        return unit
    }
}
