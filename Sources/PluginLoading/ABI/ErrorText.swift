import CStreamHost

/// Text in and out of an `sh_error`.
public enum ErrorText {
    /// Writes the text, cut at a character to fit; nothing where the caller gave no room.
    public static func write(_ text: String, to error: UnsafeMutablePointer<sh_error>?) {
        guard let error else { return }
        withUnsafeMutableBytes(of: &error.pointee.text) { room in
            var bytes = Array(text.utf8.prefix(room.count - 1))
            // A UTF-8 character that was cut through is dropped whole.
            while let last = bytes.last, last & 0xC0 == 0x80, String(validating: bytes, as: UTF8.self) == nil { bytes.removeLast() }
            if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
            room.copyBytes(from: bytes)
            room[bytes.count] = 0
        }
    }

    /// Calls `body` with an empty error, and answers its status and what it wrote.
    package static func collect(_ body: (UnsafeMutablePointer<sh_error>) -> sh_status) -> (status: sh_status, text: String) {
        var error = sh_error()
        error.struct_size = MemoryLayout<sh_error>.size
        let status = body(&error)
        let text = withUnsafeBytes(of: &error.text) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return (status, text.isEmpty ? "it gave no reason (status \(status))" : text)
    }
}
