import CStreamHost
import FakeHost
import Foundation
import StreamHostPlugin
import SwiftProtobuf
import Testing

@testable import InteropPlugin

@LoopThread @Suite struct InteropReloadTests {
    private let old: FakeGeneration
    private let new: FakeGeneration

    init() throws {
        old = try FakeGeneration(InteropPlugin.self, in: FakeHost())
        new = try FakeGeneration(InteropPlugin.self, in: FakeHost())
    }

    private static let service = "grpc.testing.TestService/"
    private static let orca = "xds.service.orca.v3.OpenRcaService/StreamCoreMetrics"

    private func sizes(_ call: FakeCall) throws -> [Int] {
        try call.sent.map { try Grpc_Testing_StreamingOutputCallResponse(serializedBytes: $0).payload.body.count }
    }

    private func output(_ sizes: Int32..., interval: Int32 = 0, report: Double? = nil) throws -> [UInt8] {
        try Grpc_Testing_StreamingOutputCallRequest.with {
            $0.responseParameters = sizes.map { size in .with { ($0.size, $0.intervalUs) = (size, interval) } }
            if let report { $0.orcaOobReport.cpuUtilization = report }
        }.serializedBytes()
    }

    /// What OpenRcaService reports to who asks now.
    private func reported(_ generation: FakeGeneration) throws -> Double {
        let call = try #require(generation.open(Self.orca, request: []))
        defer { call.cancel() }
        return try Xds_Data_Orca_V3_OrcaLoadReport(serializedBytes: try #require(call.sent.first)).cpuUtilization
    }

    @Test func `a download goes on with its next answer`() throws {
        let call = try #require(old.open(Self.service + "StreamingOutputCall", request: try output(1, 2, 3, 4, interval: 100_000)))
        old.host.advance(by: .milliseconds(200))
        let moved = try #require(call.move(to: new))
        new.host.advance(by: .milliseconds(200))
        #expect(try sizes(call) == [1, 2] && sizes(moved) == [3, 4] && moved.end?.code == 0)
    }

    @Test func `an upload's sum goes on`() throws {
        func input(_ size: Int) throws -> [UInt8] {
            try Grpc_Testing_StreamingInputCallRequest.with { $0.payload.body = Data(count: size) }.serializedBytes()
        }
        let call = try #require(old.open(Self.service + "StreamingInputCall"))
        for size in [27182, 8] { call.receive(try input(size)) }
        let moved = try #require(call.move(to: new, more: [try input(1828)]))
        moved.halfClose()
        let answer = try Grpc_Testing_StreamingInputCallResponse(serializedBytes: try #require(moved.sent.first))
        #expect(answer.aggregatedPayloadSize == 29018)
    }

    @Test func `a load report that a call has set moves with it, and goes with it`() throws {
        let call = try #require(old.open(Self.service + "FullDuplexCall"))
        call.receive(try output(1, report: 0.5))
        #expect(try sizes(call) == [1] && reported(old) == 0.5)
        let moved = try #require(call.move(to: new))
        #expect(try reported(new) == 0.5 && reported(old) == 0)
        moved.halfClose()
        #expect(try moved.end?.code == 0 && reported(new) == 0)
    }

    @Test func `one call at a time sets the load report`() throws {
        let first = try #require(old.open(Self.service + "FullDuplexCall"))
        first.receive(try output(1, report: 0.5))
        let second = try #require(old.open(Self.service + "FullDuplexCall"))
        second.receive(try output(1, report: 0.25))
        #expect(try reported(old) == 0.5 && second.sent.isEmpty)
        first.halfClose()
        old.host.advance(by: .milliseconds(10))
        #expect(try reported(old) == 0.25 && second.sent.count == 1)
    }

    @Test func `load reports come at once, and then no oftener than is allowed`() throws {
        let request: [UInt8] = try Xds_Service_Orca_V3_OrcaLoadReportRequest.with { $0.reportInterval.nanos = 1 }.serializedBytes()
        let call = try #require(old.open(Self.orca, request: request))
        #expect(call.sent.count == 1)
        old.host.advance(by: .milliseconds(2500))
        #expect(call.sent.count == 3)
        let moved = try #require(call.move(to: new))
        #expect(moved.sent.count == 1)
    }

    @Test func `load reports end when the host does`() throws {
        let call = try #require(old.open(Self.orca, request: []))
        call.askToDrain()
        #expect(call.sent.count == 1 && call.end?.code == 0)
    }

    @Test func `an interval that no clock reaches is a day`() throws {
        let request: [UInt8] = try Xds_Service_Orca_V3_OrcaLoadReportRequest.with { $0.reportInterval.seconds = .max }.serializedBytes()
        let call = try #require(old.open(Self.orca, request: request))
        #expect(call.sent.count == 1 && old.host.nextTimer == .seconds(86_400))
    }

    @Test func `short calls stay where they are`() {
        for method in ["EmptyCall", "UnaryCall", "CacheableUnaryCall", "HalfDuplexCall"] {
            #expect(old.policy(Self.service + method) == Int32(SH_RELOAD_PIN))
        }
        #expect(old.policy(Self.service + "UnimplementedCall") == nil)
    }

    @Test(arguments: [#"{"shortestReportIntervalMs": 1}"#, #"{"interval": 5}"#])
    func `a configuration that doesn't fit is refused`(config: String) {
        #expect(throws: (any Error).self) { try FakeGeneration(InteropPlugin.self, in: FakeHost(config: config)) }
    }
}
