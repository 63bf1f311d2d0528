/// A named check: what it looks at, what it means, and how it is done.
package struct Check: Sendable {
    /// Checks that belong together, in the order in which they are made.
    package enum Group: String, Sendable, Codable, CaseIterable {
        case handshake, creation, registration, call, handover, retire, rules

        /// A line over the group's checks.
        package var title: String {
            switch self {
            case .handshake: "Handshake: the file, and the description in it"
            case .creation: "Creation: an instance, without side effects"
            case .registration: "Registration: services, methods, descriptors"
            case .call: "Calls: each method, as clients use and misuse it"
            case .handover: "Hand-over: the plugin's state and its live calls move to another generation"
            case .rules: "Rules: how the host's functions were used in all of the above"
            case .retire: "Retirement: the plugin stops, and leaves nothing behind"
            }
        }
    }

    /// How the check comes to its outcome.
    enum Body: Sendable {
        /// By doing something with the plugin, in the child.
        case done(@Sendable (CheckContext) throws -> Outcome)
        /// From the breaches of a rule that all other checks have met.
        case derived(Rule)
    }

    /// "call.unary.cancelled".
    package let id: String
    package let group: Group
    /// A few words, for the table.
    package let title: String
    /// A sentence or two, for `--list` and the documentation.
    package let meaning: String
    /// Ids without whose success this one can't be made.
    let needs: [String]
    let body: Body

    init(
        _ id: String,
        _ group: Group,
        _ title: String,
        _ meaning: String,
        needs: [String] = [],
        _ body: @escaping @Sendable (CheckContext) throws -> Outcome
    ) {
        self.init(id: id, group: group, title: title, meaning: meaning, needs: needs, body: .done(body))
    }

    init(id: String, group: Group, title: String, meaning: String, needs: [String], body: Body) {
        self.id = id
        self.group = group
        self.title = title
        self.meaning = meaning
        self.needs = needs
        self.body = body
    }

    /// Every check, in the order in which they are made and shown.
    package static let all: [Check] = handshake + creation + registration + calls + handOver + retirement + rules

    /// What keeps it from being made, by what is known of others: the check that has failed, be it at several removes. `nil`: nothing.
    func obstacle(_ known: [String: Outcome]) -> Outcome? {
        for need in needs {
            switch known[need] {
            case .failed: return .blocked("needs \(need)")
            case .blocked(let why): return .blocked(why)
            case .passed, .warned, .skipped, nil: continue
            }
        }
        return nil
    }
}
