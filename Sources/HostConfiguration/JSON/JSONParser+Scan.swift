extension JSONParser {
    /// The next byte, or `nil` at the end.
    var peek: UInt8? {
        offset < file.bytes.count ? file.bytes[offset] : nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        offset += 1
        return true
    }

    mutating func skipWhitespace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
            offset += 1
        }
    }

    func syntaxError(_ message: String) -> ConfigurationError {
        file.error(.syntax, at: offset, message)
    }

    func unexpected(wanted: String) -> ConfigurationError {
        guard let byte = peek else {
            return syntaxError("the file ends here, wanted \(wanted); a closing bracket may be missing")
        }
        let hint =
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "#"): "; JSON has no comments, remove it"
            case UInt8(ascii: "'"): "; JSON takes double quotes only"
            default: ""
            }
        return syntaxError("found \(characterHere), wanted \(wanted)\(hint)")
    }

    /// The character at the offset, whole even where it has several bytes.
    private var characterHere: String {
        let scalar = String(decoding: file.bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first
        return Excerpt.quoted(scalar.map(String.init) ?? "")
    }
}
