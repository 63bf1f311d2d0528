/// What is wrong, as a person wants to hear it.
package struct Reason: Sendable, Hashable, Codable {
    /// What the check saw.
    package let found: String
    /// What would have been right.
    package let wanted: String
    /// What the author does about it.
    package let todo: String

    package init(found: String, wanted: String, todo: String) {
        self.found = found
        self.wanted = wanted
        self.todo = todo
    }
}

/// How a check ended.
package enum Outcome: Sendable, Hashable, Codable {
    /// As it should be; perhaps with a word on what was seen.
    case passed(note: String?)
    /// Legal, but hardly meant.
    case warned(Reason)
    case failed(Reason)
    /// There was nothing to check.
    case skipped(String)
    /// It could not be made, as that had failed.
    case blocked(String)

    static let passed = Outcome.passed(note: nil)

    static func failed(_ found: String, wanted: String, todo: String) -> Outcome {
        .failed(Reason(found: found, wanted: wanted, todo: todo))
    }

    static func warned(_ found: String, wanted: String, todo: String) -> Outcome {
        .warned(Reason(found: found, wanted: wanted, todo: todo))
    }

    package var isFailure: Bool {
        switch self {
        case .failed: true
        case .passed, .warned, .skipped, .blocked: false
        }
    }

    /// What needs this check can't be made.
    var blocks: Bool {
        switch self {
        case .failed, .blocked: true
        case .passed, .warned, .skipped: false
        }
    }
}

/// Ends a check early, with that outcome.
struct Stop: Error {
    let outcome: Outcome

    init(_ outcome: Outcome) { self.outcome = outcome }

    /// A failure.
    init(_ found: String, wanted: String, todo: String) {
        outcome = .failed(found, wanted: wanted, todo: todo)
    }
}
