import CStreamHost
import Synchronization

/// Wakes a handler that waits: for others of the plugin to tell it that there is something new. Signals that come together, or before the
/// handler waits, are one.
public final class CallSignal: Sendable {
    private struct State {
        var raised = false
        var ended = false
        /// The wait that is going on ends as the call should.
        var draining = false
        /// There was one that has.
        var hasDrained = false
        var waiter: UnsafeContinuation<Void, Never>?
        /// The most that the wait takes.
        var duration: Duration?
        var timer: sh_timer = 0
        /// Which wait it is: a timer that another thread has asked for may come when its wait is over.
        var wait: UInt64 = 0
    }

    private let call: Call
    private let endsWithDrain: Bool
    private let state = Mutex(State())

    init(_ call: Call, endsWithDrain: Bool = false) {
        self.call = call
        self.endsWithDrain = endsWithDrain
    }

    /// Wakes the handler. From any thread.
    public func raise() {
        wake { $0.raised = true }
    }

    /// The call was cancelled, or moves.
    func end() {
        wake { $0.ended = true }
    }

    /// The call should end soon.
    func callDrains() {
        if endsWithDrain { wake { $0.draining = true } }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            let waiter = state.waiter
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    // Many calls wait here, each as long as it lives: so the waiting is a part of the handler's frame, and not one of its own.

    /// Suspends until the signal is raised, or the time is over; one made with `orDrain`, also once when the call should end soon. One task
    /// waits at a time.
    /// - Returns: whether it was raised.
    /// - Throws: `CancellationError` where nobody waits for the call's answer any more, or the call moves to another generation.
    @inlinable @inline(__always)
    public func wait(for duration: Duration? = nil) async throws -> Bool {
        if try begin(duration) {
            await withUnsafeContinuation { register($0) }
        } else {
            await suspendInChild()
        }
        return try finish()
    }

    @usableFromInline
    func suspendInChild() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { register($0) }
        } onCancel: {
            wake { _ in }
        }
    }

    /// Answers whether it is the handler's own task that waits.
    @usableFromInline @inline(never)
    func begin(_ duration: Duration?) throws -> Bool {
        state.withLock { $0.duration = duration }
        let over = call.shared.withLock { shared in
            let over = shared.cancelled || call.flags.decideToMove()
            if !over, !shared.waits.contains(where: { $0 === self }) { shared.waits.append(self) }
            return over
        }
        if over { throw CancellationError() }
        // One wait ends for it, be it one that begins later: a handler that looks for nothing would never wait again.
        if endsWithDrain, call.flags.isDraining {
            state.withLock { state in
                if !state.hasDrained { state.draining = true }
            }
        }
        return call.isInRootTask
    }

    @usableFromInline @inline(never)
    func finish() throws -> Bool {
        call.shared.withLock { shared in shared.waits.removeAll { $0 === self } }
        stopTimer()
        let (raised, ended) = state.withLock { state in
            let both = (state.raised, state.ended)
            state.raised = false
            if state.draining { state.hasDrained = true }
            state.draining = false
            return both
        }
        if ended || (!raised && Task.isCancelled) { throw CancellationError() }
        return raised
    }

    @usableFromInline @inline(never)
    func register(_ continuation: UnsafeContinuation<Void, Never>) {
        var duration: Duration?
        let now = state.withLock { state in
            if state.raised || state.ended || state.draining || Task.isCancelled { return true }
            duration = state.duration
            state.wait += 1
            state.waiter = continuation
            return false
        }
        if now { return continuation.resume() }
        if let duration { startTimer(duration) }
    }

    // MARK: The timer

    // Timers are the loop's: from elsewhere they are started and stopped through it.

    private func startTimer(_ duration: Duration) {
        let parts = duration.components
        let nanoseconds =
            parts.seconds < 0 ? 0 : UInt64(min(parts.seconds, 1 << 32)) * 1_000_000_000 + UInt64(max(parts.attoseconds, 0) / 1_000_000_000)
        guard call.executor.isCurrent else {
            let wait = state.withLock { $0.wait }
            let request = Unmanaged.passRetained(TimerRequest(signal: self, nanoseconds: nanoseconds, wait: wait)).toOpaque()
            return call.host.post(call.executor.loop, { TimerRequest.take($0)?.start() }, request)
        }
        startTimer(nanoseconds: nanoseconds)
    }

    fileprivate func startTimer(nanoseconds: UInt64, ifWaiting wait: UInt64) {
        guard state.withLock({ $0.wait == wait && $0.waiter != nil }) else { return }
        startTimer(nanoseconds: nanoseconds)
    }

    private func startTimer(nanoseconds: UInt64) {
        let own = Unmanaged.passRetained(self).toOpaque()
        let timer = call.host.startTimer(call.executor.loop, nanoseconds, { CallSignal.fired($0) }, own)
        let late = state.withLock { state in
            state.timer = timer
            return state.waiter == nil
        }
        // Woken meanwhile: nobody else will stop it.
        if late { stopTimer() }
    }

    private static func fired(_ context: UnsafeMutableRawPointer?) {
        guard let context else { return }
        let signal = Unmanaged<CallSignal>.fromOpaque(context).takeRetainedValue()
        signal.wake { state in
            state.timer = 0
        }
    }

    private func stopTimer() {
        let timer = state.withLock { $0.timer }
        guard timer != 0 else { return }
        guard call.executor.isCurrent else {
            let own = Unmanaged.passRetained(self).toOpaque()
            return call.host.post(call.executor.loop, { CallSignal.stop($0) }, own)
        }
        cancelTimer()
    }

    private static func stop(_ context: UnsafeMutableRawPointer?) {
        guard let context else { return }
        Unmanaged<CallSignal>.fromOpaque(context).takeRetainedValue().cancelTimer()
    }

    // On the loop. A timer that is cancelled will not give back the reference that it holds.
    private func cancelTimer() {
        let timer = state.withLock { state in
            let timer = state.timer
            state.timer = 0
            return timer
        }
        if timer != 0, call.host.cancelTimer(timer) { Unmanaged.passUnretained(self).release() }
    }
}

/// Asks a loop, from elsewhere, to start a signal's timer.
private final class TimerRequest: Sendable {
    let signal: CallSignal
    let nanoseconds: UInt64
    let wait: UInt64

    init(signal: CallSignal, nanoseconds: UInt64, wait: UInt64) {
        self.signal = signal
        self.nanoseconds = nanoseconds
        self.wait = wait
    }

    static func take(_ context: UnsafeMutableRawPointer?) -> TimerRequest? {
        context.map { Unmanaged<TimerRequest>.fromOpaque($0).takeRetainedValue() }
    }

    func start() { signal.startTimer(nanoseconds: nanoseconds, ifWaiting: wait) }
}
