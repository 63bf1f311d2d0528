import FakeHost
import SwiftProtobuf
import Testing

@testable import StreamHostPlugin

@LoopThread @Suite struct RichStatusTests {
    @Test func `details leave as a status that says the same as the call's`() throws {
        let generation = try FakeGeneration(Probe.self, in: FakeHost())
        let call = try #require(generation.open("p.Probe/Fails", request: try Number(42).serializedBytes()))
        let end = try #require(call.end)
        let status = try Google_Rpc_Status(serializedBytes: end.details)
        #expect(end.code == 14 && status.code == 14 && status.message == "not now" && end.message == "not now")
        let detail = try #require(status.details.first)
        #expect(try Number(unpackingAny: detail) == Number(42))
        #expect(end.trailers == ["own", "grpc-retry-pushback-ms"])
    }

    @Test func `an error without details has none`() throws {
        let error = RPCError(.notFound, "no such room")
        #expect(error.details.isEmpty && error.retryPushback == nil)
    }

    @Test(arguments: [
        (RPCError.RetryPushback.after(.milliseconds(250)), "250"), (.after(.zero), "0"), (.after(.seconds(90)), "90000"),
        (.after(.microseconds(1)), "1"), (.after(.milliseconds(-5)), "0"), (.after(.seconds(Int64.max)), "2147483647"), (.never, "-1"),
    ])
    func `when to try again is told in milliseconds`(pushback: RPCError.RetryPushback, text: String) {
        #expect(pushback.trailer == Metadata.Entry(name: "grpc-retry-pushback-ms", value: Array(text.utf8)))
    }
}
