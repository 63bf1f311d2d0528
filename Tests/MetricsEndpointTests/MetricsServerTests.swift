import MetricsEndpoint
import NIOCore
import NIOPosix
import Testing

/// The endpoint over real sockets.
@Suite("The metrics' endpoint")
struct MetricsServerTests {
    private static let group = MultiThreadedEventLoopGroup.singleton

    /// All that the server answers to those bytes, until it closes.
    private func exchange(_ request: String, with server: MetricsServer) async throws -> String {
        let port = try #require(server.port)
        let client = try await ClientBootstrap(group: Self.group).connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
        }
        return try await client.executeThenClose { inbound, outbound in
            if !request.isEmpty { try await outbound.write(ByteBuffer(string: request)) }
            var answer = ByteBuffer()
            for try await piece in inbound { answer.writeImmutableBuffer(piece) }
            return String(buffer: answer)
        }
    }

    private func withServer(_ limits: MetricsServer.Limits = .init(), _ body: (MetricsServer) async throws -> Void) async throws {
        let server = try await MetricsServer.listen(host: "127.0.0.1", port: 0, contentType: "text/x", limits: limits) {
            Array("a 1\n".utf8)
        }
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test("GET /metrics is the text, and the connection's end", arguments: ["/metrics", "/metrics?name[]=a"])
    func get(path: String) async throws {
        try await withServer { server in
            let answer = try await exchange("GET \(path) HTTP/1.1\r\nhost: x\r\n\r\n", with: server)
            #expect(answer == "HTTP/1.1 200 OK\r\ncontent-type: text/x\r\ncontent-length: 4\r\nconnection: close\r\n\r\na 1\n")
        }
    }

    @Test(
        "Anything else is refused",
        arguments: [
            ("GET / HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 404 "),
            ("GET /metricsx HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 404 "),
            ("POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}", "HTTP/1.1 405 "),
            ("\u{16}\u{3}\u{1} no HTTP at all\r\n\r\n", "HTTP/1.1 400 "),
        ]
    )
    func refused(request: String, wanted: String) async throws {
        try await withServer { server in
            let answer = try await exchange(request, with: server)
            #expect(answer.hasPrefix(wanted))
        }
    }

    @Test("A request's headers are bounded")
    func headers() async throws {
        try await withServer { server in
            let field = "x: \(String(repeating: "a", count: 20_000))\r\n"
            let answer = try await exchange("GET /metrics HTTP/1.1\r\nhost: x\r\n\(field)\r\n", with: server)
            #expect(!answer.contains("200 OK"))
        }
    }

    @Test("A connection that sends nothing is closed when its time is over")
    func idle() async throws {
        var limits = MetricsServer.Limits()
        limits.time = .milliseconds(50)
        try await withServer(limits) { server in
            let answer = try await exchange("", with: server)
            #expect(answer == "")
        }
    }

    @Test("Connections beyond the limit are closed at once")
    func connections() async throws {
        var limits = MetricsServer.Limits()
        limits.connections = 0
        try await withServer(limits) { server in
            let answer = try await exchange("", with: server)
            #expect(answer == "")
        }
    }

    @Test("A port that is taken is an error that says so")
    func taken() async throws {
        try await withServer { server in
            let port = try #require(server.port)
            await #expect(throws: IOError.self) {
                _ = try await MetricsServer.listen(host: "127.0.0.1", port: port, contentType: "") { [] }
            }
        }
    }
}
