import Testing

@testable import HostConfiguration

@Suite("The admin socket")
struct AdminSocketTests {
    typealias Socket = HostConfiguration.Admin.Socket

    @Test(
        "A relative path is seen from the data directory, an absolute one is as it is",
        arguments: [
            ("admin.sock", "data", "data/admin.sock"),
            ("admin.sock", "/var/lib/streamhost/", "/var/lib/streamhost/admin.sock"),
            ("run/a.sock", "/", "/run/a.sock"),
            ("/run/admin.sock", "data", "/run/admin.sock"),
            ("./off", "data", "data/./off"),
        ]
    )
    func paths(text: String, dataDirectory: String, wanted: String) {
        #expect(Socket(text, dataDirectory: dataDirectory) == .path(wanted))
    }

    @Test("off is nowhere")
    func off() throws {
        #expect(Socket("off", dataDirectory: "data") == .off)
        #expect(try load(environment: ["STREAMHOST_ADMIN_SOCKET": "off"]).adminSocket == .off)
    }

    @Test("By default it is in the data directory, wherever that is")
    func standard() throws {
        #expect(HostConfiguration().adminSocket == .path("data/admin.sock"))
        #expect(try load(#"{"dataDirectory": "/srv"}"#).adminSocket == .path("/srv/admin.sock"))
    }
}
