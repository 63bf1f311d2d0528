/// Rules on the use of the host's functions that hold whatever is checked. Their raw values are the ids of the checks that tell of them.
package enum Rule: String, Sendable, Codable, CaseIterable {
    case threads = "rules.threads"
    case handles = "rules.handles"
    case finish = "rules.finish"
    case messages = "rules.messages"
    case closed = "rules.closed"
    case yield = "rules.yield"
    case buffers = "rules.buffers"
    case timers = "rules.timers"
    case posts = "rules.posts"
}

/// A rule that the plugin broke.
package struct Breach: Sendable, Hashable, Codable {
    package let rule: Rule
    package let reason: Reason
    /// Legal, but hardly meant.
    package let isWarning: Bool

    init(_ rule: Rule, found: String, wanted: String, todo: String, isWarning: Bool = false) {
        self.rule = rule
        reason = Reason(found: found, wanted: wanted, todo: todo)
        self.isWarning = isWarning
    }
}
