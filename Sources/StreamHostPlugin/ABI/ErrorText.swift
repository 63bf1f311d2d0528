import CStreamHost

extension sh_error {
    /// Room for a reason.
    static var empty: sh_error {
        var error = sh_error()
        error.struct_size = MemoryLayout<sh_error>.size
        return error
    }

    /// The reason, as UTF-8 up to the zero behind it.
    var reason: String {
        withUnsafeBytes(of: text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// Puts the reason in, cut to fit.
    mutating func set(_ reason: String) {
        withUnsafeMutableBytes(of: &text) { room in
            let bytes = reason.utf8.prefix(room.count - 1)
            room.copyBytes(from: bytes)
            room[bytes.count] = 0
        }
    }
}
