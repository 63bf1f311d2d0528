import StreamHostPlugin

/// stock_stream.StockService: prices and indices that walk at random, for whoever needs a live feed to build against.
///
/// Each stream has walks of its own. What decides is in value types without a clock or a random source (``PriceWalk``, ``TickSchedule``,
/// ``MarketHours``); ``StockService`` drives them.
public struct StockPlugin: Plugin {
    /// See ``Plugin``.
    public static let name = "stock"
    /// See ``Plugin``.
    public static let version = "1.0.0"

    private let service: StockService

    /// Reads the configuration.
    public init(context: PluginContext) throws {
        service = StockService(configuration: try context.configuration(as: StockConfiguration.self))
    }

    /// Adds the service.
    public func register(in registry: ServiceRegistry) throws {
        try registry.add("stock_stream.StockService", fileDescriptorSet: StockDescriptors.fileDescriptorSet) {
            methods in
            methods.serverStreaming("GetStockPrices", service.stockPrices)
            methods.serverStreaming("GetMarketData", service.marketData)
        }
    }
}
