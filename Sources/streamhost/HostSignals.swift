import Glibc

/// The signals that a host listens to, one after the other, as they come.
///
/// They are blocked in every thread, and taken by one that waits for nothing else: a signal that any other thread took first could be lost.
final class HostSignals: Sendable {
    enum Signal: Int32, CaseIterable {
        case interrupt = 2
        case terminate = 15
        case hangUp = 1

        var name: String {
            switch self {
            case .interrupt: "SIGINT"
            case .terminate: "SIGTERM"
            case .hangUp: "SIGHUP"
            }
        }
    }

    private let stream: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation

    /// Keeps the signals for who will listen. Before there are other threads, which inherit it.
    static func block() {
        var signals = set
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Listens from now on; ``block()`` must have been called.
    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
        // One that is ignored would not wait to be taken.
        for signal in Signal.allCases { Glibc.signal(signal.rawValue, SIG_DFL) }
        OwnThread.start { [continuation] in
            var signals = Self.set
            while true {
                var number: Int32 = 0
                if sigwait(&signals, &number) == 0, let signal = Signal(rawValue: number) { continuation.yield(signal) }
            }
        }
    }

    private static var set: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in Signal.allCases { sigaddset(&signals, signal.rawValue) }
        return signals
    }

    /// Asks for the end, as the signal does.
    func terminate() { continuation.yield(.terminate) }

    /// The next signal; `nil` where the waiting task is cancelled first.
    func next() async -> Signal? {
        for await signal in stream { return signal }
        return nil
    }
}
