import Dispatch
import Glibc

/// What a live picture reacts to, in the order in which it happens: keys, signals, the clock, and what it is told by itself.
///
/// SAFETY: `@unchecked Sendable` as the sources are only kept, and the continuation is Sendable.
final class LiveEvents<News: Sendable>: @unchecked Sendable {
    enum Event: Sendable {
        case key(UInt8)
        case signal(Int32)
        case tick
        case news(News)
    }

    let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private var sources: [any DispatchSourceProtocol] = []

    /// - Parameter interval: The time from tick to tick; the first one comes at once.
    init(signals: [Int32], interval: Double) {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        self.stream = stream
        self.continuation = continuation
        for number in signals {
            // The source sees the signal only where its default action is off.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(.signal(number)) }
            sources.append(source)
        }
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now(), repeating: interval)
        timer.setEventHandler { continuation.yield(.tick) }
        sources.append(timer)
        if isatty(STDIN_FILENO) == 1 { sources.append(Self.keys(continuation)) }
        for source in sources { source.resume() }
    }

    /// Tells the picture something.
    func tell(_ news: News) { continuation.yield(.news(news)) }

    /// Ends the stream.
    func end() {
        for source in sources { source.cancel() }
        continuation.finish()
    }

    private static func keys(_ continuation: AsyncStream<Event>.Continuation) -> any DispatchSourceProtocol {
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
        source.setEventHandler {
            var byte: UInt8 = 0
            // SAFETY: one byte is read into one byte. Where there is none the terminal has hung up.
            continuation.yield(read(STDIN_FILENO, &byte, 1) == 1 ? .key(byte) : .signal(SIGHUP))
        }
        return source
    }
}
