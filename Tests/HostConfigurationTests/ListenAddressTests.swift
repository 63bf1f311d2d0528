import Testing

@testable import HostConfiguration

@Suite("Addresses to listen on")
struct ListenAddressTests {
    @Test(
        "Each notation is read, and written as it is read",
        arguments: [
            ("127.0.0.1:50051", ListenAddress.ipv4(host: "127.0.0.1", port: 50051)),
            ("0.0.0.0:0", .ipv4(host: "0.0.0.0", port: 0)),
            ("[::1]:50051", .ipv6(host: "::1", port: 50051)),
            ("[::]:65535", .ipv6(host: "::", port: 65535)),
            ("[::ffff:1.2.3.4]:1", .ipv6(host: "::ffff:1.2.3.4", port: 1)),
            ("localhost:50051", .hostname("localhost", port: 50051)),
            ("my_host-1.example.com:1", .hostname("my_host-1.example.com", port: 1)),
            ("3com.example:1", .hostname("3com.example", port: 1)),
            (":50051", .allInterfaces(port: 50051)),
            ("unix:/run/streamhost.sock", .unix(path: "/run/streamhost.sock")),
            ("unix:host.sock", .unix(path: "host.sock")),
            ("unix:a:b", .unix(path: "a:b")),
        ]
    )
    func read(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress.parse(text) == address)
        #expect(address.description == text)
    }

    @Test("Spellings of one address are one address")
    func canonical() throws {
        #expect(try ListenAddress.parse("[0:0:0:0:0:0:0:1]:1") == .ipv6(host: "::1", port: 1))
        #expect(try ListenAddress.parse("[FE80::A]:1") == .ipv6(host: "fe80::a", port: 1))
        #expect(try ListenAddress.parse("LocalHost:01") == .hostname("localhost", port: 1))
        #expect(try ListenAddress.parse("unix:///run/x.sock") == .unix(path: "/run/x.sock"))
    }

    @Test(
        "A text that is no address is refused with what to write instead",
        arguments: [
            ("", "found nothing, wanted an address: write host:port, [v6]:port, :port or unix:PATH"),
            ("50051", "a port alone doesn't say who may connect: write 127.0.0.1:50051 for this machine, or :50051"),
            ("localhost", "no port: write localhost:50051, or unix:localhost for a socket file"),
            ("127.0.0.1:", "the port after the last : must be a whole number from 0 to 65535"),
            ("127.0.0.1:65536", "the port after the last : must be a whole number from 0 to 65535"),
            ("127.0.0.1:+1", "the port after the last : must be a whole number from 0 to 65535"),
            ("127.0.0.1:-1", "the port after the last : must be a whole number from 0 to 65535"),
            ("127.0.0.1:99999999999999999999", "the port after the last : must be a whole number from 0 to 65535"),
            ("127.0.0.1:000001", "the port after the last : must be a whole number from 0 to 65535"),
            ("127.0.0.1:http", "the port after the last : must be a whole number from 0 to 65535"),
            ("::1:50051", "an IPv6 address stands in brackets: write [::1]:50051"),
            ("[::1]", "no port after the ]: write [::1]:50051"),
            ("[::1:50051", "the ] is missing: write [::1]:50051"),
            ("[]:1", "what stands in the brackets is no IPv6 address"),
            ("[127.0.0.1]:1", "what stands in the brackets is no IPv6 address"),
            ("[fe80::1%eth0]:1", "what stands in the brackets is no IPv6 address (zones such as %eth0 aren't taken)"),
            ("256.0.0.1:1", "an IPv4 address is four numbers from 0 to 255, without leading zeros"),
            ("127.1:1", "an IPv4 address is four numbers from 0 to 255, without leading zeros"),
            ("127.0.0.01:1", "an IPv4 address is four numbers from 0 to 255, without leading zeros"),
            ("*:50051", "write :50051 for all interfaces"),
            ("http://localhost:1", "an address has no scheme and no path: write host:port"),
            ("-a:1", "a host name is made of letters, digits, hyphens and dots"),
            ("a..b:1", "a host name is made of letters, digits, hyphens and dots"),
            ("é:1", "a host name is made of letters, digits, hyphens and dots"),
            (" :1", "a host name is made of letters, digits, hyphens and dots"),
            ("a\u{0}:1", "it has a zero byte in it"),
            ("unix:", "no file name: write unix:/run/streamhost.sock"),
            ("unix:/run/", "no file name: write unix:/run/streamhost.sock"),
            ("unix://run/x", "after unix:// an absolute path is wanted: write unix:///run/x or unix:run/x"),
            ("unix:" + String(repeating: "x", count: 108), "the system takes socket paths of at most 107 bytes"),
        ]
    )
    func refused(text: String, wanted: String) throws {
        let error = try #require(throws: ListenAddress.ParseError.self) { try ListenAddress.parse(text) }
        #expect(error.message.contains(wanted), "\(error)")
    }
}
