import CStreamHost
import FakeHost
import Foundation
import SwiftProtobuf
import Testing

/// The C example, through the same host and the same moves as the Swift plugins. (Its Payload is a BytesValue.)
@LoopThread @Suite struct EchoCTests {
    private let old: FakeGeneration
    private let new: FakeGeneration

    init() throws {
        old = try FakeGeneration(library: try Self.build([]), in: FakeHost())
        new = try FakeGeneration(library: try Self.build([#"-DECHO_TAG="-v2""#]), in: FakeHost())
    }

    private static func build(_ flags: [String]) throws -> String {
        let top = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
        let library = NSTemporaryDirectory() + "libecho-c-\(UUID().uuidString).so"
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments =
            ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I", "\(top)/Sources/CStreamHost/include"] + flags
            + ["-o", library, "\(top)/Plugins/Examples/echo-c/echo.c"]
        try compiler.run()
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0)
        return library
    }

    private func payload(_ text: String) throws -> [UInt8] {
        try Google_Protobuf_BytesValue(Data(text.utf8)).serializedBytes()
    }

    private func texts(_ call: FakeCall) throws -> [String] {
        try call.sent.map { String(decoding: try Google_Protobuf_BytesValue(serializedBytes: $0).value, as: UTF8.self) }
    }

    @Test func `two builds can be told apart`() throws {
        for (generation, answers) in [(old, ["hello", ""]), (new, ["hello-v2", "-v2"])] {
            let calls = try ["hello", ""].map { try generation.open("bench.Bench/Unary", request: payload($0)) }
            #expect(try calls.flatMap { try texts(#require($0)) } == answers)
        }
    }

    @Test func `a server stream goes on with its next number`() throws {
        // StreamReq { count = 5, size = 4 }
        let metadata = [("bench-interval-ms", "100"), ("bench-number", "1"), ("echo-a", "b")]
        let call = try #require(old.open("bench.Bench/ServerStream", metadata: metadata, request: [8, 5, 16, 4]))
        old.host.advance(by: .milliseconds(200))
        #expect(try texts(call) == ["0:xx", "1:xx", "2:xx"])
        #expect(call.askToYield() == sh_status(SH_OK))
        let moved = try #require(call.resume(in: new))
        #expect(old.host.timerCount == 0)
        new.host.advance(by: .milliseconds(200))
        #expect(try texts(moved) == ["3:xx-v2", "4:xx-v2"] && moved.end?.code == 0)
    }

    @Test func `a client stream's sum goes on`() throws {
        let call = try #require(old.open("bench.Bench/ClientStream"))
        for _ in 0..<3 { call.receive(try payload("12345")) }
        #expect(call.askToYield() == sh_status(SH_OK))
        let moved = try #require(call.resume(in: new, more: [try payload("678")]))
        moved.halfClose()
        #expect(moved.sent == [[8, 4, 16, 18]] && moved.end?.code == 0)
    }

    @Test func `an echo answers each message once`() throws {
        let call = try #require(old.open("bench.Bench/Bidi"))
        call.receive(try payload("a"))
        #expect(call.askToYield() == sh_status(SH_OK))
        let moved = try #require(call.resume(in: new, more: [try payload("b")]))
        moved.halfClose()
        #expect(try texts(call) + texts(moved) == ["a", "b-v2"] && moved.end?.code == 0)
    }

    @Test func `the count of calls is handed over, and a newer state refused`() throws {
        for _ in 0..<3 { _ = try old.open("bench.Bench/Unary", request: payload("x")) }
        try old.handOver(to: new)
        _ = try new.open("bench.Bench/Unary", request: payload("x"))
        let state = try #require(try new.save())
        #expect(state == FakeGeneration.State(schema: "echo-c.counts", version: 1, bytes: [4, 0, 0, 0, 0, 0, 0, 0]))
        let newer = FakeGeneration.State(schema: state.schema, version: 2, bytes: state.bytes)
        let refusal = #expect(throws: FakeGeneration.Refused.self) { try old.restore(newer) }
        #expect(refusal?.description.contains("echo-c.counts 2 of 8 bytes, this plugin knows echo-c.counts up to 1") == true)
    }
}
