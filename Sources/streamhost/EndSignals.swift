import Dispatch
import Glibc

/// SIGINT and SIGTERM, one after the other, as they come.
///
/// SAFETY: `@unchecked Sendable` as the sources are only kept, and the stream is Sendable.
final class EndSignals: @unchecked Sendable {
    private let stream: AsyncStream<String>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        self.stream = stream
        sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
            // The source sees the signal only where its default action is off.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(name) }
            source.resume()
            return source
        }
    }

    /// The next signal's name; `nil` where the waiting task is cancelled first.
    func next() async -> String? {
        for await name in stream { return name }
        return nil
    }
}
