/// How long a connection may last, so that clients spread over servers that have come meanwhile (proposal A9).
struct ConnectionAge {
    /// In nanoseconds; 0: for ever.
    struct Limits: Sendable, Equatable {
        /// After so long the client is asked to go elsewhere.
        var age: UInt64
        /// After so much longer its calls are ended.
        var grace: UInt64
    }

    /// What is to be done.
    enum Step: Equatable {
        case nothing, shutDown, end
    }

    // Connections that began together shall not end together.
    private static let jitter = 0.1

    private let begun: UInt64
    private let factor: Double
    private var askedAt: UInt64?

    /// `chance`: of 0 to 1, where between a tenth less and a tenth more its age lies.
    init(begun: UInt64, chance: Double) {
        self.begun = begun
        factor = 1 - Self.jitter + 2 * Self.jitter * chance
    }

    mutating func look(now: UInt64, _ limits: Limits) -> Step {
        if let askedAt { return limits.grace > 0 && now - min(askedAt, now) >= limits.grace ? .end : .nothing }
        guard limits.age > 0, now - min(begun, now) >= UInt64(Double(limits.age) * factor) else { return .nothing }
        askedAt = now
        return .shutDown
    }
}
