import Glibc

/// Tells when the launcher is to end: by a signal, or as nobody reads its output any more, which is how it learns that whoever started it is gone.
final class EndSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// From here on the signals wait for ``listen()``. For the first thread, before there are others.
    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        var signals = Self.signals
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    private static var signals: sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }

    /// Takes the calling thread, for as long as the process.
    func listen() -> Never {
        var signals = Self.signals
        var pause = timespec(tv_sec: 0, tv_nsec: 200_000_000)
        while true {
            if sigtimedwait(&signals, nil, &pause) > 0 || Self.outputIsGone { continuation.yield() }
        }
    }

    // Asked for no event, poll still tells of errors, such as the one of a pipe that nobody reads.
    private static var outputIsGone: Bool {
        var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return poll(&output, 1, 0) > 0
    }

    /// Returns when it is time.
    func wait() async {
        for await _ in stream { return }
    }
}
