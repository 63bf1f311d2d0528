import HTTP2Session
import Synchronization

/// What a listener lets in; 0 is any number.
public struct ListenerLimits: Sendable {
    /// Connections open at once.
    public var maxConnections: Int
    /// Connections accepted in a second; as many may come at once.
    public var maxConnectionsPerSecond: Int

    /// Limits of those values; by default there are none.
    public init(maxConnections: Int = 0, maxConnectionsPerSecond: Int = 0) {
        self.maxConnections = maxConnections
        self.maxConnectionsPerSecond = maxConnectionsPerSecond
    }
}

/// A listener's limits, and what is taken of them.
final class ListenerRoom: Sendable {
    private struct State {
        var open = 0
        var rate: TokenBucket
    }

    private let limits: ListenerLimits
    private let state: Mutex<State>

    init(_ limits: ListenerLimits, now: UInt64) {
        self.limits = limits
        state = Mutex(State(rate: TokenBucket(perSecond: limits.maxConnectionsPerSecond, now: now)))
    }

    func take(now: UInt64) -> Refusal? {
        state.withLock { state in
            guard limits.maxConnections == 0 || state.open < limits.maxConnections else { return .connectionsOfListener }
            guard limits.maxConnectionsPerSecond == 0 || state.rate.take(at: now) else { return .connectionRateOfListener }
            state.open += 1
            return nil
        }
    }

    func giveBack() { state.withLock { $0.open -= 1 } }
}
