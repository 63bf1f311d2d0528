import AdminAPI
import Foundation
import GRPCCore
import StreamHostClient
import SwiftProtobuf
import Synchronization
import Testing

@Suite struct AdminClientTests {
    /// What the call throws.
    private func failure(
        of host: FakeAdmin,
        _ call: @Sendable @escaping (AdminClient) async throws -> Void
    ) async throws -> AdminError {
        let found = Mutex<AdminError?>(nil)
        try await host.serving { address in
            do {
                try await AdminClient.connected(to: address, call)
            } catch let error as AdminError {
                found.withLock { $0 = error }
            }
        }
        return try #require(found.withLock { $0 })
    }

    @Test func `asks a host and hands on its answer`() async throws {
        let host = FakeAdmin(reload: { request in
            .with {
                $0.plugin = request.plugin
                $0.outcome = request.policy == .pin && request.force ? .accepted : .refused
            }
        })
        try await host.serving { address in
            let verdict = try await AdminClient.connected(to: address) { host in
                try await host.reload(
                    .with {
                        $0.plugin = "chat"
                        $0.policy = .pin
                        $0.force = true
                    }
                )
            }
            #expect(verdict.plugin == "chat" && verdict.outcome == .accepted)
        }
    }

    @Test func `events come in order until the host ends the stream, or the reader has enough`() async throws {
        let host = FakeAdmin(events: (1...5).map { number in .with { $0.number = number } })
        try await host.serving { address in
            try await AdminClient.connected(to: address) { host in
                let seen = Mutex<[Int64]>([])
                try await host.events { event in
                    seen.withLock { $0.append(event.number) }
                    return true
                }
                #expect(seen.withLock { $0 } == [1, 2, 3, 4, 5])
                seen.withLock { $0 = [] }
                try await host.events { event in
                    seen.withLock { $0.append(event.number) }
                    return event.number < 2
                }
                #expect(seen.withLock { $0 } == [1, 2])
            }
        }
    }

    @Test(arguments: [
        (RPCError.Code.failedPrecondition, AdminError.Code.refused), (.notFound, .notFound), (.unavailable, .refused),
        (.deadlineExceeded, .noAnswer), (.internalError, .refused),
    ])
    func `what the host says is told in its own words`(code: RPCError.Code, wanted: AdminError.Code) async throws {
        let host = FakeAdmin(status: { throw RPCError(code: code, message: "three calls are open") })
        let error = try await failure(of: host) { _ = try await $0.status() }
        #expect(error.code == wanted)
        if wanted != .noAnswer { #expect(error.message.contains("three calls are open")) }
    }

    @Test func `a server that doesn't know the method may not be a host`() async throws {
        let error = try await failure(of: FakeAdmin()) { _ = try await $0.plugins() }
        #expect(error.code == .notOffered)
        #expect(error.message.contains("admin socket"))
    }

    @Test func `where no socket is, the error says which, why and what to do`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("none-\(UUID().uuidString.prefix(8)).sock").path
        let error = await #expect(throws: AdminError.self) {
            try await AdminClient.connected(to: .unix(path: path)) { _ = try await $0.status() }
        }
        #expect(error?.code == .unreachable)
        for words in [path, "No such file or directory", "Is the host running?", "--socket", "STREAMHOST_ADMIN_SOCKET"] {
            #expect(error?.message.contains(words) == true, "\(words)")
        }
    }

    @Test func `a file that is no socket is told from a host`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("file-\(UUID().uuidString.prefix(8))").path
        try Data("no socket".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = await #expect(throws: AdminError.self) {
            try await AdminClient.connected(to: .unix(path: path)) { _ = try await $0.status() }
        }
        #expect(error?.message.contains("Connection refused") == true)
    }

    @Test func `a TCP port that nobody listens on is unreachable`() async throws {
        // Port 1 (tcpmux) is nobody's.
        let error = await #expect(throws: AdminError.self) {
            try await AdminClient.connected(to: .tcp(host: "127.0.0.1", port: 1)) { _ = try await $0.status() }
        }
        #expect(error?.code == .unreachable && error?.message.contains("tcp:127.0.0.1:1") == true)
    }
}
