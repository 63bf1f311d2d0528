import StreamHostPlugin

/// The plugin's configuration; see docs/services/stock.md.
struct StockConfiguration: Equatable, Sendable, Decodable {
    /// The shortest interval that a client gets.
    var minIntervalMs: Int64 = 10
    /// Between updates of the market's indices.
    var marketIntervalMs: Int64 = 2000
    /// What the market's status is.
    var marketStatus: StatusSource = .hours
    /// What decides every walk; `nil`: chance.
    var seed: Int64?

    enum StatusSource: Equatable, Sendable {
        /// The hours of the New York exchanges.
        case hours
        case fixed(MarketStatus)

        func status(atUnixMilliseconds milliseconds: Int64) -> MarketStatus {
            switch self {
            case .hours: MarketHours.status(atUnixMilliseconds: milliseconds)
            case .fixed(let status): status
            }
        }
    }

    private static let defaultIntervalMs: Int64 = 1000
    private static let intervals: ClosedRange<Int64> = 1...86_400_000

    /// The interval for a client that asked for that many milliseconds, 0: for none.
    /// - Throws: INVALID_ARGUMENT where it is negative.
    func interval(asked: Int32) throws(RPCError) -> Duration {
        guard asked >= 0 else {
            throw RPCError(
                .invalidArgument,
                "update_interval_ms is \(asked); it must not be negative (0: \(Self.defaultIntervalMs) ms)"
            )
        }
        return .milliseconds(max(asked == 0 ? Self.defaultIntervalMs : Int64(asked), minIntervalMs))
    }
}

extension StockConfiguration {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case minIntervalMs, marketIntervalMs, marketStatus, seed
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(known: CodingKeys.self)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if values.contains(.minIntervalMs) { minIntervalMs = try values.decode(.minIntervalMs, in: Self.intervals) }
        if values.contains(.marketIntervalMs) {
            marketIntervalMs = try values.decode(.marketIntervalMs, in: Self.intervals)
        }
        if values.contains(.marketStatus) {
            let word = try values.decode(String.self, forKey: .marketStatus)
            if word == "auto" {
                marketStatus = .hours
            } else if let status = MarketStatus(rawValue: word) {
                marketStatus = .fixed(status)
            } else {
                let known = (["auto"] + MarketStatus.allCases.map(\.rawValue)).joined(separator: ", ")
                throw ConfigurationMismatch("$.marketStatus: found \"\(word)\", wanted one of \(known)")
            }
        }
        if values.contains(.seed) { seed = try values.decode(.seed, in: .min ... .max) }
    }
}
