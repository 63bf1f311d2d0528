import GRPCWire
import NIOCore
import Synchronization
import Testing

@testable import HostTransport

/// What an observer is told of calls that have ended.
@Suite struct ObservingTests {
    private final class Observer: CallObserver {
        private let calls = Mutex<[EndedCall]>([])
        var all: [EndedCall] { calls.withLock { $0 } }
        func ended(_ status: StatusCode, onLoop loop: Int, _ call: () -> EndedCall) { calls.withLock { $0.append(call()) } }
    }

    private static func names(_ metadata: MetadataBlock) -> [String] {
        var names: [String] = []
        metadata.forEach { name, _ in names.append(String(decoding: name, as: UTF8.self)) }
        return names
    }

    private static func client(_ routes: RouteTable, _ observer: Observer) throws -> FrameClient {
        let client = try FrameClient(routes: routes)
        client.loop.observer = observer
        return client
    }

    @Test func aCallIsToldWithItsMetadataWhenItsStreamHasEnded() throws {
        let handler = RecordingHandler(.unary, group: CallGroup(loops: 1, plugin: "p", generation: 3)) { call, event in
            guard event.hasPrefix("message") else { return }
            _ = Array("answer".utf8).withUnsafeBytes { call.send($0) }
            _ = call.finish(.ok)
        }
        let observer = Observer()
        let client = try Self.client(RouteTable([("/a.B/C", handler)]), observer)
        try client.open("/a.B/C", stream: 1, [("user-agent", "x"), ("a", "b")])
        #expect(observer.all.isEmpty)
        try client.message("hello", stream: 1, ends: true)
        let call = try #require(observer.all.first)
        #expect(observer.all.count == 1)
        #expect(String(decoding: call.path, as: UTF8.self) == "/a.B/C")
        #expect((call.group?.plugin, call.group?.generation) == ("p", 3))
        #expect((call.status, call.messagesIn, call.messagesOut, call.bytesIn, call.bytesOut) == (.ok, 1, 1, 10, 11))
        #expect(Self.names(call.metadata) == ["user-agent", "a"])
    }

    @Test func aCallOfNobodysIsToldByWhatTheClientAskedFor() throws {
        let observer = Observer()
        let client = try Self.client(RouteTable(), observer)
        try client.open("/a.B/X", stream: 1, ends: true, [("user-agent", "x")])
        let call = try #require(observer.all.first)
        #expect(String(decoding: call.path, as: UTF8.self) == "/a.B/X")
        #expect(call.group == nil)
        #expect(call.status == .unimplemented)
        #expect(Self.names(call.metadata) == ["user-agent"])
    }

    @Test func callsThatAreLostWithTheirConnectionAreTold() throws {
        let observer = Observer()
        let client = try Self.client(RouteTable([("/a.B/C", RecordingHandler(.bidirectional))]), observer)
        for stream: UInt32 in [1, 3] { try client.open("/a.B/C", stream: stream) }
        try client.channel.close().wait()
        #expect(observer.all.map(\.status) == [.cancelled, .cancelled])
    }

    @Test func withoutAnObserverNothingIsKept() throws {
        let client = try FrameClient(routes: RouteTable([("/a.B/C", RecordingHandler(.bidirectional))]))
        try client.open("/a.B/C", stream: 1)
        #expect(client.loop.calls.lookUp(CallHandle(loop: 0, slot: 0, generation: 1))?.rare == nil)
    }
}
