import Glibc

/// The signals that a host listens to, one after the other, as they come.
///
/// Their handler writes to a pipe that a thread of its own reads: whichever thread a signal comes to, it can't be lost. (Dispatch's sources lose
/// one now and then, as the main thread, which waits in dispatch_main, takes signals too.)
final class HostSignals: Sendable {
    enum Signal: Sendable {
        case interrupt, terminate, hangUp
        /// An operator has asked for the end.
        case asked

        init?(_ number: Int32) {
            switch number {
            case SIGINT: self = .interrupt
            case SIGTERM: self = .terminate
            case SIGHUP: self = .hangUp
            default: return nil
            }
        }

        /// For the log.
        var name: String {
            switch self {
            case .interrupt: "SIGINT"
            case .terminate: "SIGTERM"
            case .hangUp: "SIGHUP"
            case .asked: "asked to by an operator"
            }
        }
    }

    // SAFETY: written once, in init, before the handler that reads it is installed; a process has one of these.
    nonisolated(unsafe) private static var writeEnd: Int32 = -1

    private let stream: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation

    /// Listens from now on, for as long as the process.
    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not wait, whatever comes.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        Self.writeEnd = ends[1]
        OwnThread.start { [continuation, readEnd = ends[0]] in
            var number: UInt8 = 0
            while true {
                if read(readEnd, &number, 1) == 1, let signal = Signal(Int32(number)) { continuation.yield(signal) }
            }
        }
        for number in [SIGINT, SIGTERM, SIGHUP] {
            var action = sigaction()
            action.sa_flags = SA_RESTART
            action.__sigaction_handler.sa_handler = { number in
                // Only what signal-safety(7) allows; errno stays as it was for whom the signal interrupted.
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(HostSignals.writeEnd, &byte, 1)
                errno = before
            }
            sigaction(number, &action, nil)
        }
    }

    /// Asks for the end, as a signal does.
    func terminate() { continuation.yield(.asked) }

    /// The next signal; `nil` where the waiting task is cancelled first.
    func next() async -> Signal? {
        for await signal in stream { return signal }
        return nil
    }
}
