import StreamHostPlugin

/// The handlers: they check the request, and then write once a tick until the call is cancelled.
struct StockService: Sendable {
    let configuration: StockConfiguration

    @Sendable func stockPrices(
        _ request: StockStream_StockRequest,
        _ writer: ResponseWriter<StockStream_StockPrice>,
        _ context: CallContext
    ) async throws {
        let listings = try Listing.asked(request.symbols, of: Listing.stocks, as: "symbols")
        let interval = try configuration.interval(asked: request.updateIntervalMs)
        var walks = makeWalks(listings)
        try await tick(every: interval, on: CallClock(context)) { timestamp in
            for index in walks.indices {
                try await writer.write(.init(walks[index].step(), volume: walks[index].volume(), at: timestamp))
            }
        }
    }

    @Sendable func marketData(
        _ request: StockStream_MarketRequest,
        _ writer: ResponseWriter<StockStream_MarketUpdate>,
        _ context: CallContext
    ) async throws {
        let listings = try Listing.asked(request.indices, of: Listing.indices, as: "indices")
        let interval = Duration.milliseconds(configuration.marketIntervalMs)
        var walks = makeWalks(listings)
        try await tick(every: interval, on: CallClock(context)) { timestamp in
            let status = configuration.marketStatus.status(atUnixMilliseconds: timestamp)
            for index in walks.indices {
                let quote = status == .open ? walks[index].step() : walks[index].rest()
                try await writer.write(.init(quote, status: status, at: timestamp))
            }
        }
    }

    private func makeWalks(_ listings: [Listing]) -> [PriceWalk] {
        let seed = configuration.seed.map { UInt64(bitPattern: $0) } ?? .random(in: .min ... .max)
        return listings.map { PriceWalk($0, seed: seed) }
    }
}

extension StockStream_StockPrice {
    init(_ quote: Quote, volume: Int64, at timestamp: Int64) {
        self.init()
        symbol = quote.name
        price = quote.value
        change = quote.change
        changePercent = quote.changePercent
        self.timestamp = timestamp
        self.volume = volume
    }
}

extension StockStream_MarketUpdate {
    init(_ quote: Quote, status: MarketStatus, at timestamp: Int64) {
        self.init()
        indexName = quote.name
        value = quote.value
        change = quote.change
        changePercent = quote.changePercent
        self.timestamp = timestamp
        self.status = status.rawValue
    }
}
