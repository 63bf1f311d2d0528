import StreamHostClient
import Testing

@testable import streamctl

@Suite struct AdminAddressTests {
    @Test(arguments: [
        ("data/admin.sock", AdminAddress.unix(path: "data/admin.sock")),
        ("unix:/run/a.sock", .unix(path: "/run/a.sock")),
        ("localhost:80", .unix(path: "localhost:80")),
        ("tcp:localhost:80", .tcp(host: "localhost", port: 80)),
        ("tcp:[::1]:5000", .tcp(host: "::1", port: 5000)),
    ])
    func `reads paths, and TCP where it is said`(text: String, wanted: AdminAddress) throws {
        #expect(try AdminAddress(text) == wanted)
    }

    @Test(arguments: ["", "unix:", "tcp:", "tcp:host", "tcp:host:0", "tcp:host:65536", "tcp::80", "tcp:::1:80"])
    func `refuses what is no address, and says what is one`(text: String) {
        let error = #expect(throws: AdminError.self) { try AdminAddress(text) }
        #expect(error?.code == .badAddress)
        #expect(error?.message.contains("wanted") == true)
    }

    @Test func `refuses a path that no socket can have, and says what to do`() {
        let error = #expect(throws: AdminError.self) { try AdminAddress("/" + String(repeating: "d", count: 107)) }
        #expect(error?.message.contains("107") == true && error?.message.contains("shorter") == true)
        #expect(throws: Never.self) { try AdminAddress("/" + String(repeating: "d", count: 106)) }
    }

    @Test(arguments: ["/run/a.sock", "tcp:localhost:80", "tcp:[::1]:5000"])
    func `is written as it is read`(text: String) throws {
        #expect("\(try AdminAddress(text))" == text)
    }

    @Test func `the flag wins over the environment, and that over the default`() throws {
        let environment = [SocketChoice.variable: "/env.sock"]
        #expect(try SocketChoice.address(flag: "/flag.sock", environment: environment) == .unix(path: "/flag.sock"))
        #expect(try SocketChoice.address(flag: nil, environment: environment) == .unix(path: "/env.sock"))
        #expect(try SocketChoice.address(flag: nil, environment: [SocketChoice.variable: ""]) == .unix(path: "data/admin.sock"))
    }
}
