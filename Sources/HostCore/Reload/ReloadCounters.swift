/// What the reloads of a plugin have amounted to: for operators, and for metrics.
public struct ReloadCounters: Sendable, Equatable {
    /// Upper bounds of the pauses that are counted together, in milliseconds; longer ones are counted behind the last.
    public static let pauseBounds: [Double] = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]

    /// Reloads by how they ended.
    public private(set) var accepted = 0
    /// Refused: the old generation served on.
    public private(set) var refused = 0
    /// Taken back.
    public private(set) var rolledBack = 0
    /// Calls that went on with the next generation.
    public private(set) var callsMoved = 0
    /// Calls that stayed with the one that they were in.
    public private(set) var callsPinned = 0
    /// Calls that were ended by a reload.
    public private(set) var callsEnded = 0
    /// Accepted reloads by their pause; one more than there are bounds.
    public private(set) var pauses = [Int](repeating: 0, count: pauseBounds.count + 1)
    /// All pauses together, in milliseconds.
    public private(set) var pauseSum = 0.0

    /// None yet.
    public init() {}

    /// One more.
    mutating func count(_ verdict: ReloadVerdict) {
        switch verdict.outcome {
        case .accepted:
            accepted += 1
            let pause = verdict.pause.milliseconds
            pauses[Self.pauseBounds.firstIndex { pause <= $0 } ?? Self.pauseBounds.count] += 1
            pauseSum += pause
        case .refused: refused += 1
        case .rolledBack: rolledBack += 1
        case .unchanged: return
        }
        callsMoved += verdict.moved
        callsPinned += verdict.pinned
        callsEnded += verdict.ended
    }
}
