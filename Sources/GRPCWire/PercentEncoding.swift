/// The encoding of `grpc-message`: UTF-8, then every byte outside the printable ASCII range, and "%", as `%XX`.
/// Source: gRPC's `doc/PROTOCOL-HTTP2.md`, "Responses".
public enum PercentEncoding {
    /// Appends the encoded bytes of UTF-8 to `output`, at most `limit` of them: the rest is cut off, before a character that doesn't fit, so
    /// that what the client decodes is UTF-8 too.
    public static func encode(_ message: some Sequence<UInt8>, into output: inout [UInt8], limit: Int = .max) {
        let start = output.count
        var character = start
        for byte in message {
            if byte & 0xC0 != 0x80 { character = output.count }
            guard output.count - start <= limit - 3 else { return output.removeSubrange(character...) }
            if byte >= 0x20, byte <= 0x7E, byte != UInt8(ascii: "%") {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(hexDigit(byte >> 4))
                output.append(hexDigit(byte & 0xF))
            }
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}
