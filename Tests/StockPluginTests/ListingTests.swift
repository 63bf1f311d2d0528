import StreamHostPlugin
import Testing

@testable import StockPlugin

@Suite struct ListingTests {
    private func names(_ asked: [String]) throws -> [String] {
        try Listing.asked(asked, of: Listing.stocks, as: "symbols").map(\.name)
    }

    private func refusal(_ asked: [String]) -> RPCError? {
        #expect(throws: RPCError.self) { try Listing.asked(asked, of: Listing.stocks, as: "symbols") }
    }

    @Test func `no names ask for all`() throws {
        #expect(try names([]) == ["AAPL", "GOOGL", "MSFT", "AMZN", "TSLA"])
    }

    @Test func `names come in the asked order, each once, without unknown ones`() throws {
        #expect(try names(["TSLA", "NOPE", "AAPL", "TSLA", ""]) == ["TSLA", "AAPL"])
    }

    @Test func `only unknown names are refused and named`() {
        let error = refusal(["NOPE", "aapl"])
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == "unknown symbols: \"NOPE\", \"aapl\"; known here: AAPL, GOOGL, MSFT, AMZN, TSLA")
    }

    @Test func `a refusal fits into a header however much is asked`() {
        let error = refusal((0..<100_000).map { "\($0)" + String(repeating: "ü", count: 1000) })
        #expect((error?.message.utf8.count ?? 0) < 4000)
        #expect(error?.message.contains("and 99980 more") == true)
    }
}
