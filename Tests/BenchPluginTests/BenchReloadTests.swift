import CStreamHost
import FakeHost
import Foundation
import StreamHostPlugin
import SwiftProtobuf
import Testing

@testable import BenchPlugin

@LoopThread @Suite struct BenchReloadTests {
    private let old: FakeGeneration
    private let new: FakeGeneration

    init() throws {
        old = try FakeGeneration(BenchPlugin.self, in: FakeHost())
        new = try FakeGeneration(BenchPlugin.self, in: FakeHost(config: #"{"tag": "-v2"}"#))
    }

    private func payload(_ text: String) throws -> [UInt8] { try Bench_Payload.with { $0.data = Data(text.utf8) }.serializedBytes() }

    private func texts(_ call: FakeCall) throws -> [String] {
        try call.sent.map { String(decoding: try Bench_Payload(serializedBytes: $0).data, as: UTF8.self) }
    }

    private func stream(_ count: Int32, _ metadata: [(String, String)]) throws -> FakeCall {
        let request = Bench_StreamReq.with { ($0.count, $0.size) = (count, 4) }
        return try #require(old.open("bench.Bench/ServerStream", metadata: metadata, request: try request.serializedBytes()))
    }

    @Test func `two generations can be told apart by their tag`() throws {
        for (generation, answer) in [(old, "hello"), (new, "hello-v2")] {
            let call = try #require(generation.open("bench.Bench/Unary", request: try payload("hello")))
            #expect(try texts(call) == [answer] && call.end?.code == 0)
        }
        #expect(old.policy("bench.Bench/Unary") == Int32(SH_RELOAD_PIN))
    }

    @Test func `a server stream with pauses goes on with its next number`() throws {
        let call = try stream(5, [("bench-interval-ms", "100"), ("bench-number", "1"), ("echo-a", "b"), ("trail-c", "d")])
        old.host.advance(by: .milliseconds(200))
        #expect(try texts(call) == ["0:xx", "1:xx", "2:xx"] && call.done.metadata == ["echo-a"])
        let moved = try #require(call.move(to: new))
        new.host.advance(by: .milliseconds(100))
        #expect(try texts(moved) == ["3:xx-v2", "4:xx-v2"])
        #expect(moved.end == FakeCall.End(code: 0, message: "", trailers: ["trail-c"]))
    }

    @Test func `a server stream without pauses moves when its client is slow`() throws {
        let call = try #require(old.open("bench.Bench/ServerStream", metadata: [("bench-number", "1")]))
        call.isFull = true
        call.receive(try Bench_StreamReq.with { ($0.count, $0.size) = (100, 3) }.serializedBytes())
        call.halfClose()
        let moved = try #require(call.move(to: new))
        #expect(call.sent.count == 32 && moved.sent.count == 68 && moved.end?.code == 0)
        #expect(try texts(moved).first == "32:-v2")
    }

    @Test func `a client stream's sum goes on`() throws {
        let call = try #require(old.open("bench.Bench/ClientStream"))
        for _ in 0..<3 { call.receive(try payload("12345")) }
        let moved = try #require(call.move(to: new, more: [try payload("678")]))
        moved.halfClose()
        let summary = try Bench_Summary(serializedBytes: try #require(moved.sent.first))
        #expect(summary.messages == 4 && summary.bytes == 18)
    }

    @Test func `an echo answers each message once`() throws {
        let call = try #require(old.open("bench.Bench/Bidi"))
        call.receive(try payload("a"))
        call.deliver(try payload("b"))
        let moved = try #require(call.move(to: new, more: [try payload("c")]))
        moved.halfClose()
        #expect(try (texts(call) + texts(moved)).map { $0.prefix(1) } == ["a", "b", "c"])
        #expect(try texts(moved).last == "c-v2" && moved.end?.code == 0)
    }

    @Test func `what isn't known in the configuration is refused`() throws {
        #expect(throws: (any Error).self) { try FakeGeneration(BenchPlugin.self, in: FakeHost(config: #"{"tags": "x"}"#)) }
    }
}
