extension ListenAddress {
    /// `sun_path` has 108 bytes on Linux (unix(7)), one of them for the end.
    static let maximumUnixPathBytes = 107

    static func unixPath(_ text: String) throws(ParseError) -> String {
        var path = text.dropFirst("unix:".count)
        if path.hasPrefix("//") {
            // gRPC's naming has unix:///absolute/path too; there, unix://name would put `name` where a server stands.
            path = path.dropFirst(2)
            guard path.hasPrefix("/") else {
                throw refusal(
                    of: text,
                    "after unix:// an absolute path is wanted: write unix:///\(path) or unix:\(path)"
                )
            }
        }
        guard !path.isEmpty, !path.hasSuffix("/") else {
            throw refusal(of: text, "no file name: write unix:/run/streamhost.sock")
        }
        guard path.utf8.count <= maximumUnixPathBytes else {
            throw refusal(of: text, "the system takes socket paths of at most \(maximumUnixPathBytes) bytes")
        }
        return String(path)
    }

    static func hostname(_ host: String, port: Int, of text: String) throws(ParseError) -> String {
        if host == "*" {
            throw refusal(of: text, "write :\(port) for all interfaces")
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        // RFC 1123 2.1: a name whose last label is a number would be a dotted address.
        if let last = labels.last, !last.isEmpty, last.utf8.allSatisfy(\.isASCIIDigit) {
            throw refusal(of: text, "an IPv4 address is four numbers from 0 to 255, without leading zeros")
        }
        // RFC 1123 2.1 and RFC 1035 2.3.4, and the underscore, which container networks put into names.
        guard host.utf8.count <= 253, labels.allSatisfy(isLabel) else {
            throw refusal(of: text, "a host name is made of letters, digits, hyphens and dots")
        }
        return host.lowercased()
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { byte in
                byte.isASCIILetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }
}
