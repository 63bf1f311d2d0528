import Dispatch
import Glibc

/// The signals that a host listens to, one after the other, as they come.
///
/// SAFETY: `@unchecked Sendable` as the sources are only kept, and the stream is Sendable.
final class HostSignals: @unchecked Sendable {
    enum Signal: String {
        case interrupt = "SIGINT"
        case terminate = "SIGTERM"
        case hangUp = "SIGHUP"
    }

    private let stream: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
        self.stream = stream
        self.continuation = continuation
        sources = [(SIGINT, Signal.interrupt), (SIGTERM, .terminate), (SIGHUP, .hangUp)].map { number, name in
            // The source sees the signal only where its default action is off.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(name) }
            source.resume()
            return source
        }
    }

    /// Asks for the end, as the signal does.
    func terminate() { continuation.yield(.terminate) }

    /// The next signal; `nil` where the waiting task is cancelled first.
    func next() async -> Signal? {
        for await signal in stream { return signal }
        return nil
    }
}
