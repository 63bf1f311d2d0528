import Testing

@testable import StockPlugin

@Suite struct MarketHoursTests {
    private func milliseconds(_ year: Int64, _ month: Int64, _ day: Int64, utc hour: Int64, _ minute: Int64 = 0)
        -> Int64
    {
        (CivilDay(year: year, month: month, day: day).daysSince1970 * 86400 + hour * 3600 + minute * 60) * 1000
    }

    private func status(_ milliseconds: Int64) -> MarketStatus { MarketHours.status(atUnixMilliseconds: milliseconds) }

    // Wednesday, 14 January 2026: New York is five hours behind UTC.
    @Test(arguments: [
        (8, 59, MarketStatus.closed), (9, 0, .preMarket), (14, 29, .preMarket), (14, 30, .open), (20, 59, .open),
        (21, 0, .afterHours), (24, 59, .afterHours), (25, 0, .closed),
    ])
    func `a winter's day`(hour: Int64, minute: Int64, wanted: MarketStatus) {
        #expect(status(milliseconds(2026, 1, 14, utc: hour, minute)) == wanted)
    }

    // Wednesday, 15 July 2026: four hours.
    @Test(arguments: [
        (7, 59, MarketStatus.closed), (8, 0, .preMarket), (13, 29, .preMarket), (13, 30, .open), (19, 59, .open),
        (20, 0, .afterHours), (23, 59, .afterHours), (24, 0, .closed),
    ])
    func `a summer's day`(hour: Int64, minute: Int64, wanted: MarketStatus) {
        #expect(status(milliseconds(2026, 7, 15, utc: hour, minute)) == wanted)
    }

    @Test func `a moment belongs to the status it begins`() {
        #expect(status(milliseconds(2026, 1, 14, utc: 14, 30) - 1) == .preMarket)
        #expect(status(milliseconds(2026, 1, 14, utc: 21) - 1) == .open)
    }

    @Test func `weekends are New York's, not UTC's`() {
        #expect(status(milliseconds(2026, 1, 17, utc: 15)) == .closed)
        #expect(status(milliseconds(2026, 1, 18, utc: 15)) == .closed)
        // Saturday 00:30 UTC is Friday 19:30 in New York.
        #expect(status(milliseconds(2026, 1, 17, utc: 0, 30)) == .afterHours)
    }

    @Test(arguments: [
        // First and last second of daylight saving time; the US naval observatory's tables agree.
        (2024, 3, 10, 11, 3), (2025, 3, 9, 11, 2), (2026, 3, 8, 11, 1), (2027, 3, 14, 11, 7), (2028, 3, 12, 11, 5),
    ])
    func `daylight saving begins and ends at two o'clock`(
        year: Int64,
        march: Int64,
        begin: Int64,
        november: Int64,
        end: Int64
    ) {
        let first = milliseconds(year, march, begin, utc: 7) / 1000
        let last = milliseconds(year, november, end, utc: 6) / 1000
        #expect(
            !NewYorkTime.isDaylightSaving(unixSeconds: first - 1) && NewYorkTime.isDaylightSaving(unixSeconds: first)
        )
        #expect(NewYorkTime.isDaylightSaving(unixSeconds: last - 1) && !NewYorkTime.isDaylightSaving(unixSeconds: last))
    }

    @Test func `days of the calendar are counted right`() {
        #expect(CivilDay(year: 1970, month: 1, day: 1).daysSince1970 == 0)
        #expect(CivilDay(year: 2000, month: 3, day: 1).daysSince1970 == 11017)
        #expect(CivilDay(year: 1969, month: 12, day: 31).daysSince1970 == -1)
        #expect(CivilDay(unixSeconds: 951_782_400).weekday == .tuesday)
        for year in Int64(1969)...2105 {
            #expect(CivilDay(year: year, month: 1, day: 1).year == year)
            #expect(CivilDay(year: year, month: 12, day: 31).year == year)
        }
    }

    @Test func `a fixed status does not ask the clock`() {
        #expect(StockConfiguration.StatusSource.fixed(.open).status(atUnixMilliseconds: 0) == .open)
    }
}
