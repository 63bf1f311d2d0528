import CStreamHost
import FakeHost
import StreamHostPlugin
import SwiftProtobuf
import Testing

@testable import StockPlugin

@LoopThread @Suite struct StockReloadTests {
    private let host = FakeHost(config: #"{"seed": 7, "minIntervalMs": 1}"#)

    private func generation() throws -> FakeGeneration { try FakeGeneration(StockPlugin.self, in: host) }

    private func open(_ symbols: [String], every milliseconds: Int32, in generation: FakeGeneration) throws -> FakeCall {
        var request = StockStream_StockRequest()
        request.symbols = symbols
        request.updateIntervalMs = milliseconds
        return try #require(generation.open("stock_stream.StockService/GetStockPrices", request: try request.serializedBytes()))
    }

    private func prices(_ call: FakeCall) throws -> [StockStream_StockPrice] {
        try call.sent.map { try StockStream_StockPrice(serializedBytes: $0) }
    }

    @Test func `a stream moves between its ticks, and the next one comes when it is due`() throws {
        let call = try open(["TSLA", "AAPL"], every: 3_600_000, in: try generation())
        #expect(try prices(call).map(\.symbol) == ["TSLA", "AAPL"])
        let moved = try #require(call.move(to: try generation()))
        #expect(moved.sent.isEmpty && moved.end == nil)
        let wait = try #require(host.nextTimer)
        #expect(wait > .seconds(3500) && wait <= .seconds(3600) && host.timerCount == 1)
    }

    @Test func `prices go on unbroken over many moves, and timestamps don't go back`() throws {
        func run(moving: Bool) throws -> [StockStream_StockPrice] {
            var call = try open([], every: 1, in: try generation())
            var all: [StockStream_StockPrice] = []
            for round in 1...10 {
                let wanted = round * 10
                // The handler's clock is the machine's: the timer may have to fire more than once.
                while call.end == nil, all.count + call.sent.count < wanted { host.advance(by: .milliseconds(1)) }
                #expect(call.end == nil)
                if moving {
                    _ = call.askToYield()
                    #expect(call.hasLetGo)
                    all += try prices(call)
                    call = try #require(call.resume(in: try generation()))
                }
            }
            all += try prices(call)
            call.cancel()
            return Array(all.prefix(100))
        }
        let (still, moving) = (try run(moving: false), try run(moving: true))
        #expect(still.map(\.price) == moving.map(\.price) && still.map(\.volume) == moving.map(\.volume))
        #expect(still.map(\.change) == moving.map(\.change) && still.map(\.symbol) == moving.map(\.symbol))
        #expect(zip(moving, moving.dropFirst()).allSatisfy { $0.timestamp <= $1.timestamp })
    }

    @Test func `market data moves too`() throws {
        let call = try #require(try generation().open("stock_stream.StockService/GetMarketData", request: []))
        #expect(call.sent.count == 3)
        let moved = try #require(call.move(to: try generation()))
        #expect(moved.sent.isEmpty && moved.end == nil && host.timerCount == 1)
    }

    @Test func `a tick that a slow reader holds up is sent whole before the stream moves`() throws {
        let call = try #require(try generation().open("stock_stream.StockService/GetStockPrices"))
        call.isFull = true
        call.receive([])
        call.halfClose()
        #expect(call.sent.count == 1)
        let moved = try #require(call.move(to: try generation()))
        #expect(call.sent.count == 5 && moved.sent.isEmpty)
    }

    @Test func `a checkpoint of another format ends the stream with UNAVAILABLE`() throws {
        let call = try open([], every: 1000, in: try generation())
        var record = call.done
        record.checkpoint = [9]
        let moved = try #require(try generation().make("stock_stream.StockService/GetStockPrices", [], after: record))
        moved.deliver([])
        moved.halfClose()
        #expect(moved.end?.code == Int32(SH_GRPC_UNAVAILABLE))
    }
}
