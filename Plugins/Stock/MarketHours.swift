/// Whether the market trades, by its own word on the wire.
enum MarketStatus: String, CaseIterable, Sendable {
    case open = "OPEN"
    case closed = "CLOSED"
    case preMarket = "PRE_MARKET"
    case afterHours = "AFTER_HOURS"
}

/// The hours of the New York exchanges, https://www.nyse.com/markets/hours-calendars. Their holidays are left out: the
/// walk is made up anyway.
enum MarketHours {
    static func status(atUnixMilliseconds milliseconds: Int64) -> MarketStatus {
        let local = NewYorkTime(unixSeconds: milliseconds.floorDivided(by: 1000))
        guard local.weekday != .saturday, local.weekday != .sunday else { return .closed }
        switch local.minuteOfDay {
        case 4 * 60..<9 * 60 + 30: return .preMarket
        case 9 * 60 + 30..<16 * 60: return .open
        case 16 * 60..<20 * 60: return .afterHours
        default: return .closed
        }
    }
}
