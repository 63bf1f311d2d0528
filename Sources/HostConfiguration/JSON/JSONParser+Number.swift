extension JSONParser {
    /// At `-` or a digit. RFC 8259 6.
    mutating func number(path: JSONPath) throws(ConfigurationError) -> JSONNode.Content {
        let start = offset
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let leadingZero = peek == UInt8(ascii: "0")
        let integerDigits = try digits()
        if leadingZero, integerDigits > 1 {
            throw file.error(.syntax, at: start, "a number can't start with a zero; remove it")
        }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try digits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
            try digits()
        }
        if let byte = peek, byte.isASCIILetter {
            throw unexpected(wanted: "the end of the number; units and hexadecimal aren't taken")
        }
        let text = String(decoding: file.bytes[start..<offset], as: UTF8.self)
        if isWhole {
            if let integer = Int(text) {
                return .integer(integer)
            }
        } else if let number = Double(text), number.isFinite {
            return .number(number)
        }
        let wanted = isWhole ? "a whole number from \(Int.min) to \(Int.max)" : "a number that fits in 64 bits"
        let shown = text.utf8.count <= Excerpt.maximumLength ? text : "\(text.prefix(Excerpt.maximumLength))..."
        throw file.error(.outOfRange, at: start, path: path, "found \(shown), wanted \(wanted)")
    }

    @discardableResult
    private mutating func digits() throws(ConfigurationError) -> Int {
        let start = offset
        while let byte = peek, byte.isASCIIDigit {
            offset += 1
        }
        guard offset > start else {
            throw unexpected(wanted: "a digit")
        }
        return offset - start
    }
}
