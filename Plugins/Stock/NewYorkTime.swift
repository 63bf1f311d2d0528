/// The time on New York's clocks, by rule: glibc's time zone is the whole process's, and this one is not ours to set.
struct NewYorkTime: Equatable, Sendable {
    enum Weekday: Int64, Sendable {
        case sunday, monday, tuesday, wednesday, thursday, friday, saturday
    }

    let weekday: Weekday
    let minuteOfDay: Int64

    init(unixSeconds: Int64) {
        let local = unixSeconds - (Self.isDaylightSaving(unixSeconds: unixSeconds) ? 4 : 5) * 3600
        weekday = CivilDay(unixSeconds: local).weekday
        minuteOfDay = local.floorRemainder(by: 86400) / 60
    }

    /// Energy Policy Act of 2005, section 110: from 2:00 on the second Sunday of March to 2:00 on the first of
    /// November.
    static func isDaylightSaving(unixSeconds: Int64) -> Bool {
        let year = CivilDay(unixSeconds: unixSeconds - 5 * 3600).year
        // 2:00 standard time is 7:00 UTC, 2:00 daylight saving time 6:00 UTC.
        let begin = CivilDay(year: year, month: 3, day: 1).firstSunday.daysSince1970 + 7
        let end = CivilDay(year: year, month: 11, day: 1).firstSunday.daysSince1970
        return (begin * 86400 + 7 * 3600..<end * 86400 + 6 * 3600).contains(unixSeconds)
    }
}

/// A day of the Gregorian calendar. Source of the arithmetic: https://howardhinnant.github.io/date_algorithms.html
struct CivilDay: Equatable, Sendable {
    let daysSince1970: Int64

    init(unixSeconds: Int64) {
        daysSince1970 = unixSeconds.floorDivided(by: 86400)
    }

    init(daysSince1970: Int64) {
        self.daysSince1970 = daysSince1970
    }

    init(year: Int64, month: Int64, day: Int64) {
        // Years here begin in March, so that the leap day is their last.
        let year = month <= 2 ? year - 1 : year
        let era = year.floorDivided(by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        daysSince1970 = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var year: Int64 {
        let days = daysSince1970 + 719_468
        let era = days.floorDivided(by: 146_097)
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = era * 400 + yearOfEra
        // From day 306 on it is January or February of the next year.
        return dayOfYear >= 306 ? fromMarch + 1 : fromMarch
    }

    var weekday: NewYorkTime.Weekday {
        // 1 January 1970 was a Thursday.
        NewYorkTime.Weekday(rawValue: (daysSince1970 + 4).floorRemainder(by: 7)) ?? .sunday
    }

    /// The first Sunday from this day on.
    var firstSunday: CivilDay {
        CivilDay(daysSince1970: daysSince1970 + (7 - weekday.rawValue) % 7)
    }
}

extension Int64 {
    func floorDivided(by divisor: Int64) -> Int64 { (self - floorRemainder(by: divisor)) / divisor }

    func floorRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
