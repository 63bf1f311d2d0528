import HTTP2Session
import Synchronization

/// Counts the transport's connections, and tells who waits for the last one.
final class ConnectionRegistry: Sendable {
    private struct State {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let limit: Int
    private let onFailure: @Sendable (_ peer: String, _ reason: String) -> Void
    private let state = Mutex(State())

    init(limit: Int, onFailure: @escaping @Sendable (String, String) -> Void) {
        self.limit = limit
        self.onFailure = onFailure
    }

    var count: Int { state.withLock { $0.count } }

    /// Takes one more connection, if there is room.
    func reserve() -> Bool {
        state.withLock { state in
            guard state.count < limit else { return false }
            state.count += 1
            return true
        }
    }

    func release() {
        let waiters: [CheckedContinuation<Void, Never>] = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [] }
            let waiters = state.waiters
            state.waiters = []
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when no connection is left.
    func whenEmpty() async {
        await withCheckedContinuation { continuation in
            let empty = state.withLock { state in
                if state.count > 0 { state.waiters.append(continuation) }
                return state.count == 0
            }
            if empty { continuation.resume() }
        }
    }

    func failed(_ peer: [UInt8], _ error: HTTP2Error) {
        onFailure(String(decoding: peer, as: UTF8.self), error.description)
    }
}
