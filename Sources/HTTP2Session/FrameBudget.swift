/// What a client may cost beside the work that it wants done: frames that carry nothing, and streams that are begun and thrown away.
///
/// Decides and does nothing else. Useful frames earn what control frames cost, so that a client that does work can't run out, however
/// much of it; one that does none lives on what time gives.
public struct FrameBudget: Sendable {
    /// How much of it a second. Ten times that may come at once.
    public struct Limits: Sendable, Equatable {
        /// SETTINGS, PING, PRIORITY, WINDOW_UPDATE, unknown frames, DATA that carries next to nothing, header fields over the limit.
        public var controlFramesPerSecond = 1000
        /// RST_STREAM of the client's; and, counted apart, those that its mistakes make the server send.
        public var resetsPerSecond = 100

        /// The defaults.
        public init() {}
    }

    /// What there was too much of.
    public enum Overdraft: Sendable {
        case controlFrames
        /// CVE-2024-27316 and its siblings.
        case continuations
        /// CVE-2023-44487, rapid reset.
        case resets
        /// CVE-2025-8671, MadeYouReset.
        case forcedResets
    }

    // How many seconds' worth may come at once.
    private static let burst = 10
    // Its answer goes through all streams where it changes their window.
    private static let settingsCost = 20
    // A client gives window for the stream and for the connection, and may measure the path with a ping.
    private static let earnedBySending = 4
    // The prefix of a message: DATA that is shorter carries no message, however small.
    private static let leastUsefulData = 5

    // A header block of 16 KiB, the default limit, fits one frame.
    private static let mostContinuations = 8

    private var control: TokenBucket
    private var continuations = 0
    private var resets: TokenBucket
    private var forcedResets: TokenBucket

    /// A budget that is whole.
    public init(_ limits: Limits, now: UInt64) {
        func bucket(_ perSecond: Int) -> TokenBucket { TokenBucket(burst: perSecond * Self.burst, perSecond: perSecond, now: now) }
        control = bucket(limits.controlFramesPerSecond)
        resets = bucket(limits.resetsPerSecond)
        forcedResets = bucket(limits.resetsPerSecond)
    }

    /// A kind of frame, as far as it matters here.
    enum Frame {
        case data(count: Int, endsStream: Bool)
        case headers
        case continuation
        case reset
        case settings
        case other
    }

    /// A frame has come.
    @inline(__always)
    mutating func received(_ frame: Frame, now: @autoclosure () -> UInt64) -> Overdraft? {
        switch frame {
        case .data(let count, let endsStream):
            guard count < Self.leastUsefulData, !endsStream else {
                control.give()
                return nil
            }
            return control.take(now: now()) ? nil : .controlFrames
        case .headers:
            continuations = 0
            control.give()
            return nil
        case .continuation:
            continuations += 1
            return continuations <= Self.mostContinuations ? nil : .continuations
        case .reset:
            return resets.take(now: now()) ? nil : .resets
        case .settings:
            return control.take(Self.settingsCost, now: now()) ? nil : .controlFrames
        case .other:
            return control.take(now: now()) ? nil : .controlFrames
        }
    }

    /// Something came that is of no use, such as a header field that nobody reads.
    mutating func receivedUseless(now: @autoclosure () -> UInt64) -> Overdraft? {
        control.take(now: now()) ? nil : .controlFrames
    }

    /// DATA was sent.
    @inline(__always)
    mutating func sent(data count: Int) {
        if count >= Self.leastUsefulData { control.give(Self.earnedBySending) }
    }

    /// A response was sent to its end: the client let its call run.
    @inline(__always)
    mutating func completed() {
        resets.give()
    }

    /// A stream had to be reset for the client's mistake.
    mutating func forcedReset(now: @autoclosure () -> UInt64) -> Overdraft? {
        forcedResets.take(now: now()) ? nil : .forcedResets
    }
}
