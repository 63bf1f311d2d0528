import Testing

@testable import StockPlugin

@Suite struct PriceWalkTests {
    private let apple = Listing(name: "AAPL", base: 150, volatility: 0.02)

    private func steps(_ count: Int, _ listing: Listing, seed: UInt64 = 7) -> [Quote] {
        var walk = PriceWalk(listing, seed: seed)
        return (0..<count).map { _ in walk.step() }
    }

    private func isCents(_ value: Double) -> Bool { (value * 100).rounded() / 100 == value }

    @Test func `begins at the base and adds up`() {
        var last = apple.base
        for quote in steps(1000, apple) {
            #expect(abs(last + quote.change - quote.value) < 1e-9)
            #expect(abs(quote.changePercent - quote.change / last * 100) <= 0.005 + 1e-9)
            last = quote.value
        }
    }

    @Test func `all figures are rounded to two digits`() {
        for quote in steps(1000, apple) {
            #expect(isCents(quote.value) && isCents(quote.change) && isCents(quote.changePercent))
        }
    }

    @Test func `steps have the listing's volatility`() {
        for listing in Listing.stocks + Listing.indices {
            let percents = steps(4000, listing).map(\.changePercent)
            let deviation = (percents.map { $0 * $0 }.reduce(0, +) / Double(percents.count)).squareRoot()
            #expect(abs(deviation / (listing.volatility * 100) - 1) < 0.1, "\(listing.name)")
        }
    }

    @Test func `a price never falls below a cent, and rises again from there`() {
        let quotes = steps(20000, Listing(name: "WILD", base: 1, volatility: 0.8))
        #expect(quotes.allSatisfy { $0.value >= 0.01 && $0.value.isFinite && $0.changePercent.isFinite })
        let floor = quotes.firstIndex { $0.value == 0.01 }
        #expect(floor.map { quotes[$0...].contains { $0.value > 0.02 } } == true)
    }

    @Test func `a change of nothing is no negative zero`() {
        let quotes = steps(1000, Listing(name: "FLAT", base: 1, volatility: 0.001))
        #expect(quotes.contains { $0.change == 0 })
        #expect(quotes.allSatisfy { $0.change != 0 || $0.change.sign == .plus })
        #expect(quotes.allSatisfy { $0.changePercent != 0 || $0.changePercent.sign == .plus })
    }

    @Test func `a seed decides the walk, whatever else is shown`() {
        #expect(steps(50, apple) == steps(50, apple))
        #expect(steps(50, apple) != steps(50, apple, seed: 8))
        #expect(steps(50, apple).map(\.changePercent) != steps(50, Listing.stocks[1]).map(\.changePercent))
    }

    @Test func `at rest nothing changes`() {
        var walk = PriceWalk(apple, seed: 1)
        let last = walk.step()
        #expect(walk.rest() == Quote(name: "AAPL", value: last.value, change: 0, changePercent: 0))
        #expect(walk.rest() == walk.rest())
    }

    @Test func `volumes lie between a thousand and a hundred thousand`() {
        var walk = PriceWalk(apple, seed: 3)
        #expect((0..<1000).allSatisfy { _ in (1000...100_000).contains(walk.volume()) })
    }
}
