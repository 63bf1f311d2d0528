import Dispatch
import Glibc

/// Signals, one after the other, as they come, in place of what they do by default.
///
/// SAFETY: `@unchecked Sendable` as the sources are only kept, and the stream is Sendable.
final class Signals: @unchecked Sendable {
    private let stream: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init(_ numbers: [Int32]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        self.stream = stream
        sources = numbers.map { number in
            // The source sees the signal only where its default action is off.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    /// The next signal; `nil` where the waiting task is cancelled first.
    func next() async -> Int32? {
        for await number in stream { return number }
        return nil
    }
}
