import Foundation
import StreamHostPlugin

/// The time, and how to wait for it.
protocol TickClock {
    /// Time since any moment. Never goes back.
    var now: Duration { get }
    /// Whether there should be no more ticks.
    var isOver: Bool { get }
    /// Milliseconds since 1970. Goes back when someone sets the system's clock back.
    var unixMilliseconds: Int64 { get }
    /// Returns early where it is over.
    /// - Throws: `CancellationError` when nobody waits for more ticks.
    func sleep(for duration: Duration) async throws
}

/// Where a stream stands between two ticks.
struct TickPosition: Equatable, Sendable {
    /// When the next tick is due, on the clock that never goes back. It is the machine's: another generation has the same.
    var due: Duration
    /// The last tick's.
    var timestamp: Int64
}

/// Calls `body` at each tick, with a timestamp that never goes back, until it or the clock throws, or the clock says that it's over; after each `reached`, with where it stands.
/// - Parameter position: Where it is to go on: the next tick comes when it is due; `nil`: at once.
func tick(
    every interval: Duration,
    from position: TickPosition? = nil,
    on clock: some TickClock,
    _ body: (_ unixMilliseconds: Int64) async throws -> Void,
    reached: (TickPosition) throws -> Void = { _ in }
) async throws {
    var schedule =
        position.map { TickSchedule(interval: interval, due: $0.due, now: clock.now) } ?? TickSchedule(interval: interval, now: clock.now)
    var timestamp = position?.timestamp ?? .min
    while true {
        // A timer may fire a little early.
        while case let left = schedule.due - clock.now, left > .zero, !clock.isOver { try await clock.sleep(for: left) }
        if clock.isOver { return }
        timestamp = max(timestamp, clock.unixMilliseconds)
        try await body(timestamp)
        schedule.ticked(now: clock.now)
        try reached(TickPosition(due: schedule.due, timestamp: timestamp))
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

    var isOver: Bool { context.isDraining }

    func sleep(for duration: Duration) async throws { _ = try await context.makeSignal(orDrain: true).wait(for: duration) }

    private func read(_ clock: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(clock, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
