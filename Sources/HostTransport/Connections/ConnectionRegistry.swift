import HTTP2Session
import Synchronization

/// Counts the transport's connections, and tells who waits for the last one; and has what they share.
final class ConnectionRegistry: Sendable {
    /// How many there may be; of the rates, 0 is any number.
    struct Limits: Sendable {
        var connections: Int
        var connectionsPerAddress = Int.max
        var perSecond = 0
        var perSecondPerAddress = 0
    }

    private struct Address {
        var open = 0
        var rate: TokenBucket
    }

    private struct State {
        var count = 0
        var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
        var lastWaiter = 0
        var limits: Limits
        var rate: TokenBucket
        var addresses: [PeerAddress: Address] = [:]

        // Of one without a rate, nothing is kept when its last connection is gone.
        mutating func leave(_ address: PeerAddress?) {
            guard let address, var own = addresses[address] else { return }
            own.open -= 1
            addresses[address] = own.open > 0 || limits.perSecondPerAddress > 0 ? own : nil
        }
    }

    /// Whether one more connection may be open.
    enum Answer {
        case place(ConnectionPlace)
        case refused(Refusal)
    }

    let counts = ConnectionCounts()
    /// What they may grant beyond the windows that streams begin with.
    let windows: WindowBudget
    private let onFailure: @Sendable (_ peer: String, _ reason: String) -> Void
    private let state: Mutex<State>

    init(limits: Limits, windows: WindowBudget, now: UInt64 = 0, onFailure: @escaping @Sendable (String, String) -> Void) {
        self.windows = windows
        state = Mutex(State(limits: limits, rate: TokenBucket(perSecond: limits.perSecond, now: now)))
        self.onFailure = onFailure
    }

    var count: Int { state.withLock { $0.count } }

    /// Takes a place for one more connection, or says why there is none.
    func take(_ address: PeerAddress?, on listener: ListenerRoom? = nil, now: UInt64) -> Answer {
        let refusal: Refusal? = state.withLock { state in
            guard state.count < state.limits.connections else { return .connectionsOfProcess }
            if let address {
                var own = state.addresses[address] ?? Address(rate: TokenBucket(perSecond: state.limits.perSecondPerAddress, now: now))
                guard own.open < state.limits.connectionsPerAddress else { return .connectionsOfAddress }
                if state.limits.perSecondPerAddress > 0, !own.rate.take(at: now) { return .connectionRateOfAddress }
                own.open += 1
                state.addresses[address] = own
            }
            if state.limits.perSecond > 0, !state.rate.take(at: now) {
                state.leave(address)
                return .connectionRateOfProcess
            }
            state.count += 1
            counts.countOpened()
            return nil
        }
        if let refusal { return .refused(refusal) }
        if let refusal = listener?.take(now: now) {
            release(address)
            return .refused(refusal)
        }
        return .place(ConnectionPlace(self, address, listener))
    }

    /// From now on so many; those that are open stay. Rates begin anew.
    func setLimits(_ limits: Limits, now: UInt64) {
        state.withLock { state in
            state.limits = limits
            state.rate = TokenBucket(perSecond: limits.perSecond, now: now)
            for address in state.addresses.keys {
                state.addresses[address]?.rate = TokenBucket(perSecond: limits.perSecondPerAddress, now: now)
            }
        }
    }

    func release(_ address: PeerAddress?) {
        let waiters: [CheckedContinuation<Bool, Never>] = state.withLock { state in
            state.count -= 1
            state.leave(address)
            guard state.count == 0 else { return [] }
            let waiters = Array(state.waiters.values)
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: true) }
    }

    /// Forgets the addresses that have nothing open and may begin anew. Once a second, by one loop: a rate is whole again after a second.
    func forgetAddresses(now: UInt64) {
        state.withLock { state in
            guard state.limits.perSecondPerAddress > 0 else { return }
            for (address, known) in state.addresses where known.open == 0 {
                var rate = known.rate
                if rate.isFull(now: now) { state.addresses[address] = nil }
            }
        }
    }

    /// Returns when no connection is left, or the time is over: then `false`.
    func empty(within limit: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            let waiter: Int? = state.withLock { state in
                guard state.count > 0 else { return nil }
                state.lastWaiter += 1
                state.waiters[state.lastWaiter] = continuation
                return state.lastWaiter
            }
            guard let waiter else { return continuation.resume(returning: true) }
            Task {
                try? await Task.sleep(for: limit)
                self.state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume(returning: false)
            }
        }
    }

    /// A connection has ended, by an error of its own.
    func failed(_ peer: [UInt8], _ reason: String) {
        onFailure(String(decoding: peer, as: UTF8.self), reason)
    }
}
