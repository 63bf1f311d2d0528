import HTTP2Session
import Synchronization

/// Counts the transport's connections, and tells who waits for the last one; and has what they share.
final class ConnectionRegistry: Sendable {
    private struct State {
        var count = 0
        var waiters: [Int: CheckedContinuation<Bool, Never>] = [:]
        var lastWaiter = 0
        var limit: Int
    }

    /// What they may grant beyond the windows that streams begin with.
    let windows: WindowBudget
    private let onFailure: @Sendable (_ peer: String, _ reason: String) -> Void
    private let state: Mutex<State>

    init(limit: Int, windows: WindowBudget, onFailure: @escaping @Sendable (String, String) -> Void) {
        self.windows = windows
        state = Mutex(State(limit: limit))
        self.onFailure = onFailure
    }

    var count: Int { state.withLock { $0.count } }

    /// Takes one more connection, if there is room.
    func reserve() -> Bool {
        state.withLock { state in
            guard state.count < state.limit else { return false }
            state.count += 1
            return true
        }
    }

    /// From now on so many; those that are open stay.
    func setLimit(_ limit: Int) { state.withLock { $0.limit = limit } }

    func release() {
        let waiters: [CheckedContinuation<Bool, Never>] = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [] }
            let waiters = Array(state.waiters.values)
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters { waiter.resume(returning: true) }
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

    func failed(_ peer: [UInt8], _ error: HTTP2Error) { failed(peer, error.description) }

    func failed(_ peer: [UInt8], _ reason: String) {
        onFailure(String(decoding: peer, as: UTF8.self), reason)
    }
}
