import Foundation
import StreamHostPlugin

/// The time, and how to wait for it.
protocol TickClock {
    /// Time since any moment. Never goes back.
    var now: Duration { get }
    /// Milliseconds since 1970. Goes back when someone sets the system's clock back.
    var unixMilliseconds: Int64 { get }
    /// - Throws: `CancellationError` when nobody waits for more ticks.
    func sleep(for duration: Duration) async throws
}

/// Calls `body` at each tick, with a timestamp that never goes back, until it or the clock throws.
func tick(
    every interval: Duration,
    on clock: some TickClock,
    _ body: (_ unixMilliseconds: Int64) async throws -> Void
) async throws {
    var schedule = TickSchedule(interval: interval, now: clock.now)
    var timestamp = Int64.min
    while true {
        timestamp = max(timestamp, clock.unixMilliseconds)
        try await body(timestamp)
        schedule.ticked(now: clock.now)
        // A timer may fire a little early.
        while case let left = schedule.due - clock.now, left > .zero { try await clock.sleep(for: left) }
    }
}

/// The system's clocks, and the call's timer.
struct CallClock: TickClock {
    private let context: CallContext

    init(_ context: CallContext) {
        self.context = context
    }

    var now: Duration { read(CLOCK_MONOTONIC) }

    var unixMilliseconds: Int64 {
        let (seconds, attoseconds) = read(CLOCK_REALTIME).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    func sleep(for duration: Duration) async throws { try await context.sleep(for: duration) }

    private func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
