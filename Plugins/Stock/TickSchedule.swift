/// When a stream's ticks are due: at whole intervals from its first one, so that the time which a tick itself takes
/// doesn't add up.
struct TickSchedule: Equatable, Sendable {
    let interval: Duration
    /// When the next tick is due, on whatever clock the caller has.
    private(set) var due: Duration

    /// The first tick is due at once.
    init(interval: Duration, now: Duration) {
        self.interval = interval
        due = now
    }

    /// Goes on with a schedule that another stream had. Not later than an interval from now, whatever that one's was.
    init(interval: Duration, due: Duration, now: Duration) {
        self.interval = interval
        self.due = min(due, now + interval)
    }

    /// The tick that was due is done. Those that a slow reader missed meanwhile are left out: it gets the next one at
    /// its time, not a burst.
    mutating func ticked(now: Duration) {
        due += interval
        guard due < now else { return }
        let missed = ((now - due) / interval).rounded(.up)
        due += interval * missed
    }
}
