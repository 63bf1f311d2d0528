import Foundation
import StreamHostPlugin
import Testing

@testable import StockPlugin

@Suite struct StockConfigurationTests {
    private func decoded(_ json: String) throws -> StockConfiguration {
        try JSONDecoder().decode(StockConfiguration.self, from: Data(json.utf8))
    }

    private func mismatch(_ json: String) -> String? {
        (#expect(throws: ConfigurationMismatch.self) { try decoded(json) })?.description
    }

    @Test func `nothing set is the defaults`() throws {
        let configuration = try decoded("{}")
        #expect(configuration == StockConfiguration())
        #expect(configuration.minIntervalMs == 10 && configuration.marketIntervalMs == 2000)
        #expect(configuration.marketStatus == .hours && configuration.seed == nil)
    }

    @Test func `all can be set`() throws {
        let configuration = try decoded(
            #"{"minIntervalMs":5,"marketIntervalMs":20,"marketStatus":"PRE_MARKET","seed":-3}"#
        )
        #expect(configuration.minIntervalMs == 5 && configuration.marketIntervalMs == 20)
        #expect(configuration.marketStatus == .fixed(.preMarket) && configuration.seed == -3)
        #expect(try decoded(#"{"marketStatus":"auto"}"#).marketStatus == .hours)
    }

    @Test func `mistakes are refused with their key`() {
        #expect(
            mismatch(#"{"sed":1}"#)
                == "$.sed: no such key; known here: marketIntervalMs, marketStatus, minIntervalMs, seed"
        )
        #expect(
            mismatch(#"{"minIntervalMs":0}"#) == "$.minIntervalMs: found 0, wanted a whole number from 1 to 86400000"
        )
        #expect(
            mismatch(#"{"marketStatus":"open"}"#)
                == "$.marketStatus: found \"open\", wanted one of auto, OPEN, CLOSED, PRE_MARKET, AFTER_HOURS"
        )
    }

    @Test(arguments: [
        (#""1""#, #""1" (a string)"#), ("null", "null"), ("1.5", "1.5"), ("true", "true"),
        ("[1]", "an array"),
    ])
    func `what is no whole number is refused as it was written`(value: String, found: String) {
        let message = mismatch("{\"marketIntervalMs\":\(value)}")
        #expect(message == "$.marketIntervalMs: found \(found), wanted a whole number from 1 to 86400000")
        #expect(mismatch("{\"seed\":\(value)}")?.hasPrefix("$.seed: found \(found), wanted") == true)
    }

    @Test(arguments: [#"{"marketStatus":true}"#, #"{"marketStatus":null}"#, "[]"])
    func `other wrong types are refused`(json: String) {
        #expect(throws: DecodingError.self) { try decoded(json) }
    }

    @Test func `a client's interval is at least the least, a second by default, and never negative`() throws {
        var configuration = StockConfiguration()
        #expect(try configuration.interval(asked: 0) == .seconds(1))
        #expect(try configuration.interval(asked: 1) == .milliseconds(10))
        #expect(try configuration.interval(asked: .max) == .milliseconds(Int64(Int32.max)))
        configuration.minIntervalMs = 1500
        #expect(try configuration.interval(asked: 0) == .milliseconds(1500))
        let error = #expect(throws: RPCError.self) { try configuration.interval(asked: -7) }
        #expect(error?.code == .invalidArgument && error?.message.contains("-7") == true)
    }
}
