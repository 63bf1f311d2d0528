import HostTransport

/// What became of a reload.
public struct ReloadVerdict: Sendable, Equatable {
    /// How it ended.
    public enum Outcome: Sendable, Equatable {
        /// The new generation serves.
        case accepted
        /// The old one serves on, and has not noticed.
        case refused
        /// The new one served, and failed: the old one has its calls back.
        case rolledBack
        /// The file is what is loaded already.
        case unchanged
    }

    /// The plugin's name.
    public let plugin: String
    /// How it ended.
    public var outcome = Outcome.accepted
    /// Why it was refused or rolled back, for a person.
    public var reason = ""
    /// The generation that served before.
    public var from = 0
    /// The generation that serves now.
    public var to = 0
    /// From the first call that was held to the last that went on, on the loop where it took longest: no call was paused for longer.
    public var pause = Duration.zero
    /// Of the calls that moved, how long each was paused.
    public var pauses = CallPauses([])
    /// Calls that go on with the new generation.
    public var moved = 0
    /// Calls that stay with the old one until they end.
    public var pinned = 0
    /// Calls that were ended.
    public var ended = 0
    /// From the wish to the verdict.
    public var total = Duration.zero

    init(plugin: String) {
        self.plugin = plugin
    }

    /// A line for the log.
    public var summary: String {
        switch outcome {
        case .accepted:
            "reloaded: generation \(from) -> \(to) in \(total.inMilliseconds) ms; pause \(pause.inMilliseconds) ms, "
                + "\(moved) \(moved == 1 ? "call" : "calls") moved, \(pinned) pinned, \(ended) ended"
        case .refused: "reload refused, generation \(to) serves on: \(reason)"
        case .rolledBack: "reload rolled back, generation \(to) serves again: \(reason)"
        case .unchanged: "reload not needed: generation \(to) is what the file holds"
        }
    }
}

/// How a reload is to go.
public struct ReloadOptions: Sendable, Equatable {
    /// What becomes of live calls.
    public enum Policy: Sendable, Equatable {
        /// As each method says.
        case method
        /// All stay with the old generation until they end.
        case pin
        /// Those that can't move are ended.
        case end
    }

    /// Another file than the one that was loaded, absolute; `nil`: the same.
    public var library: String?
    /// What becomes of live calls.
    public var policy = Policy.method
    /// Whether to reload also what is loaded already.
    public var force = false
    /// Another configuration, as JSON; `nil`: the same as before.
    var config: [UInt8]?

    /// As the methods say, from the same file, where it has changed.
    public init() {}
}

extension Duration {
    /// With two digits behind the point.
    var inMilliseconds: String {
        let (seconds, attoseconds) = components
        let hundredths = seconds * 100_000 + attoseconds / 10_000_000_000_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// In milliseconds.
    var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds) / 1_000_000_000_000_000
    }
}
