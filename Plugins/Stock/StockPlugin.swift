import StreamHostPlugin

/// stock_stream.StockService: prices and indices that walk at random, for whoever needs a live feed to build against.
///
/// Each stream has walks of its own. What decides is in value types without a clock or a random source (``PriceWalk``,
/// ``TickSchedule``, ``MarketHours``); ``StockService`` drives them.
package struct StockPlugin: Plugin {
    package static let name = "stock"
    package static let version = "1.0.0"

    private let service: StockService

    package init(context: PluginContext) throws {
        service = StockService(configuration: try context.configuration(as: StockConfiguration.self))
    }

    package func register(in registry: ServiceRegistry) throws {
        let descriptors = StockDescriptors.fileDescriptorSet
        try registry.add("stock_stream.StockService", fileDescriptorSet: descriptors) { methods in
            methods.serverStreaming("GetStockPrices", reload: .migrate, service.stockPrices)
            methods.serverStreaming("GetMarketData", reload: .migrate, service.marketData)
        }
    }
}
