import FakeHost
import SwiftProtobuf
import Testing

@testable import StreamHostPlugin

@LoopThread @Suite struct PeerIdentityTests {
    @Test func `a handler sees who the client has proved to be`() throws {
        let identity = FakeIdentity(subject: "CN=alice", names: ["dns:a.example", "uri:spiffe://example/a"], certificate: "DER")
        #expect(try log(identity) == [#"TLS CN=alice ["dns:a.example", "uri:spiffe://example/a"] 3"#])
    }

    @Test func `an identity may have no subject and no names`() throws {
        #expect(try log(FakeIdentity(subject: "", names: [], certificate: "DER")) == ["TLS  [] 3"])
    }

    @Test func `without TLS there is none`() throws {
        #expect(try log(nil) == ["plaintext nobody"])
    }

    private func log(_ identity: FakeIdentity?) throws -> [String] {
        let host = FakeHost(identity: identity)
        let generation = try FakeGeneration(Probe.self, in: host)
        _ = try #require(generation.open("p.Probe/Who", request: try Number(1).serializedBytes()))
        return host.log
    }
}
