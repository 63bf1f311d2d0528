/// The bytes of a configuration file, and its name for messages.
struct ConfigurationFile {
    var name: String
    var bytes: [UInt8]

    /// Lines and columns are counted only once an error needs them.
    func position(of offset: Int) -> ConfigurationError.TextPosition {
        var position = ConfigurationError.TextPosition(line: 1, column: 1)
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                position.line += 1
                position.column = 1
            } else if byte & 0b1100_0000 != 0b1000_0000 {
                // A UTF-8 continuation byte belongs to the scalar that has been counted.
                position.column += 1
            }
        }
        return position
    }

    func error(
        _ code: ConfigurationError.Code,
        at offset: Int,
        path: JSONPath? = nil,
        _ message: String
    ) -> ConfigurationError {
        ConfigurationError(
            code: code,
            message: message,
            location: .file(name, position: position(of: offset), path: path?.description)
        )
    }
}
