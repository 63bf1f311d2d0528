import StreamHostPlugin

/// The handlers: they check the request, and then write once a tick until the call is cancelled. Between ticks a stream may move to another
/// generation of the plugin: its walks go on there as if nothing had been.
struct StockService: Sendable {
    let configuration: StockConfiguration

    @Sendable func stockPrices(
        _ request: StockStream_StockRequest,
        _ writer: ResponseWriter<StockStream_StockPrice>,
        _ context: CallContext
    ) async throws {
        let listings = try Listing.asked(request.symbols, of: Listing.stocks, as: "symbols")
        let interval = try configuration.interval(asked: request.updateIntervalMs)
        let position = try StreamPosition.resumed(in: context)
        var walks = makeWalks(listings, from: position)
        try await tick(every: interval, from: position?.tick, on: CallClock(context)) { timestamp in
            for index in walks.indices {
                try await writer.write(.init(walks[index].step(), volume: walks[index].volume(), at: timestamp))
            }
        } reached: { tick in
            try context.checkpoint(bytes: StreamPosition(tick, walks).packed)
        }
    }

    @Sendable func marketData(
        _ request: StockStream_MarketRequest,
        _ writer: ResponseWriter<StockStream_MarketUpdate>,
        _ context: CallContext
    ) async throws {
        let listings = try Listing.asked(request.indices, of: Listing.indices, as: "indices")
        let interval = Duration.milliseconds(configuration.marketIntervalMs)
        let position = try StreamPosition.resumed(in: context)
        var walks = makeWalks(listings, from: position)
        try await tick(every: interval, from: position?.tick, on: CallClock(context)) { timestamp in
            let status = configuration.marketStatus.status(atUnixMilliseconds: timestamp)
            for index in walks.indices {
                let quote = status == .open ? walks[index].step() : walks[index].rest()
                try await writer.write(.init(quote, status: status, at: timestamp))
            }
        } reached: { tick in
            try context.checkpoint(bytes: StreamPosition(tick, walks).packed)
        }
    }

    private func makeWalks(_ listings: [Listing], from position: StreamPosition?) -> [PriceWalk] {
        let seed = configuration.seed.map { UInt64(bitPattern: $0) } ?? .random(in: .min ... .max)
        return listings.map { listing in
            var walk = PriceWalk(listing, seed: seed)
            if let known = position?[listing.name] { walk.resume(at: known) }
            return walk
        }
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
