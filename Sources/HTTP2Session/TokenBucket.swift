/// So many at once, and so many a second in the long run. The clock is asked only when the bucket is empty, so that
/// after a rest twice as many may come at once; or by ``take(at:)`` each time.
public struct TokenBucket: Sendable {
    private let burst: Int
    private let perSecond: Int
    private var tokens: Int
    private var filledAt: UInt64

    /// A full bucket of `burst` tokens, which get `perSecond` more. `now`: nanoseconds of a monotonic clock.
    public init(burst: Int, perSecond: Int, now: UInt64) {
        self.burst = burst
        self.perSecond = perSecond
        tokens = burst
        filledAt = now
    }

    /// A full bucket of as many as it gets in a second.
    public init(perSecond: Int, now: UInt64) { self.init(burst: perSecond, perSecond: perSecond, now: now) }

    /// Whether nothing is missing.
    public mutating func isFull(now: UInt64) -> Bool {
        fill(now)
        return tokens >= burst
    }

    /// Takes so many; `false`, and none is taken, where there are fewer.
    public mutating func take(_ count: Int = 1, now: @autoclosure () -> UInt64) -> Bool {
        if tokens < count { fill(now()) }
        guard tokens >= count else { return false }
        tokens -= count
        return true
    }

    /// Takes one, at that time exactly: the clock is read each time.
    public mutating func take(at now: UInt64) -> Bool {
        fill(now)
        return take(now: now)
    }

    /// Puts so many back, as far as there is room.
    @inline(__always)
    public mutating func give(_ count: Int = 1) {
        if tokens < burst { tokens = min(tokens + count, burst) }
    }

    private mutating func fill(_ now: UInt64) {
        guard now > filledAt else { return }
        let due = Double(now - filledAt) / 1e9 * Double(perSecond)
        let room = burst - tokens
        guard due < Double(room) else {
            tokens = burst
            filledAt = now
            return
        }
        tokens += Int(due)
        // The part of a token that is left over stays due.
        filledAt += UInt64(due.rounded(.down) / Double(max(perSecond, 1)) * 1e9)
    }
}
