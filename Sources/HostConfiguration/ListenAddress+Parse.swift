extension ListenAddress {
    /// A text that is no address to listen on.
    public struct ParseError: Error, Sendable, Equatable, CustomStringConvertible {
        /// What was found, what was wanted and what to write instead.
        public var message: String

        /// The message.
        public var description: String { message }
    }

    /// Reads `host:port`, `[v6]:port`, `:port` (all interfaces) or `unix:PATH`. A name isn't resolved here.
    public static func parse(_ text: String) throws(ParseError) -> ListenAddress {
        // C functions, which read addresses and paths, would stop at a zero byte and see another text than this one.
        guard !text.utf8.contains(0) else {
            throw refusal(of: text, "it has a zero byte in it")
        }
        if text.hasPrefix("unix:") {
            return .unix(path: try unixPath(text))
        }
        if text.hasPrefix("[") {
            return try bracketed(text)
        }
        guard let colon = text.lastIndex(of: ":") else {
            throw withoutPort(text)
        }
        let host = String(text[..<colon])
        let port = try port(text[text.index(after: colon)...], of: text)
        if host.isEmpty {
            return .allInterfaces(port: port)
        }
        if host.contains("/") {
            throw refusal(of: text, "an address has no scheme and no path: write host:port")
        }
        if host.contains(":") {
            throw refusal(of: text, "an IPv6 address stands in brackets: write [\(host)]:\(port)")
        }
        if let canonical = InternetAddress.ipv4(host) {
            return .ipv4(host: canonical, port: port)
        }
        return .hostname(try hostname(host, port: port, of: text), port: port)
    }

    private static func bracketed(_ text: String) throws(ParseError) -> ListenAddress {
        guard let bracket = text.firstIndex(of: "]") else {
            throw refusal(of: text, "the ] is missing: write [::1]:50051")
        }
        let host = String(text[text.index(after: text.startIndex)..<bracket])
        let rest = text[text.index(after: bracket)...]
        guard rest.hasPrefix(":") else {
            throw refusal(of: text, "no port after the ]: write [\(host)]:50051")
        }
        let port = try port(rest.dropFirst(), of: text)
        guard let canonical = InternetAddress.ipv6(host) else {
            throw refusal(of: text, "what stands in the brackets is no IPv6 address (zones such as %eth0 aren't taken)")
        }
        return .ipv6(host: canonical, port: port)
    }

    private static func withoutPort(_ text: String) -> ParseError {
        if text.isEmpty {
            return ParseError(
                message: "found nothing, wanted an address: write host:port, [v6]:port, :port or unix:PATH"
            )
        }
        if text.utf8.allSatisfy(\.isASCIIDigit) {
            return refusal(
                of: text,
                "a port alone doesn't say who may connect: write 127.0.0.1:\(text) for this machine, or :\(text) for all"
                    + " interfaces"
            )
        }
        return refusal(of: text, "no port: write \(text):50051, or unix:\(text) for a socket file")
    }

    private static func port(_ digits: Substring, of text: String) throws(ParseError) -> Int {
        // Int(_:) alone would take "+1".
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isASCIIDigit), let port = Int(digits),
            port <= 65535
        else {
            throw refusal(of: text, "the port after the last : must be a whole number from 0 to 65535")
        }
        return port
    }

    static func refusal(of text: String, _ reason: String) -> ParseError {
        ParseError(message: "found \(Excerpt.quoted(text)), which is no address to listen on: \(reason)")
    }
}
