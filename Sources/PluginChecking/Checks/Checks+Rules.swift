extension Check {
    static let rules: [Check] = Rule.allCases.map { rule in
        let (title, meaning) = words(rule)
        return Check(
            id: rule.rawValue,
            group: .rules,
            title: title,
            meaning: meaning,
            needs: ["registration.start"],
            body: .derived(rule)
        )
    }

    private static func words(_ rule: Rule) -> (String, String) {
        switch rule {
        case .threads:
            ("host functions on the thread of their tag", "metadata, timer_start and timer_cancel are called on the loop's thread alone.")
        case .handles:
            (
                "handles that the host gave out",
                "Calls, timers and loops are named by what the host gave for them, never by a guess or by 0."
            )
        case .finish:
            ("finish once a call", "No call is finished a second time by the plugin itself.")
        case .messages:
            (
                "messages before finish, and one where one is wanted",
                "Nothing is sent after the plugin's own finish, no second message in unary and client streaming methods, initial metadata once and first."
            )
        case .closed:
            (
                "no work for calls that are over",
                "A call that was cancelled is soon left alone: using its handle is legal, and answers SH_CLOSED."
            )
        case .yield:
            (
                "moving calls are let go for good",
                "give_back and yielded only while on_yield is unanswered; nothing is sent for a call that was let go."
            )
        case .buffers:
            ("shared buffers released, once", "Each reference of a buffer is released exactly once, and none is left after destroy.")
        case .timers:
            ("no timers after destroy", "A timer that is left would call into an instance that is gone.")
        case .posts:
            ("no posted functions after destroy", "What was posted has run before retire is answered.")
        }
    }

    /// The outcome of a rule's check, from all breaches that were met.
    static func outcome(of rule: Rule, _ breaches: [(check: String, breach: Breach)]) -> Outcome {
        let own = breaches.filter { $0.breach.rule == rule }
        guard let first = own.first(where: { !$0.breach.isWarning }) ?? own.first else { return .passed }
        let others = Set(own.map(\.breach)).count - 1
        let reason = Reason(
            found: "\(first.breach.reason.found) (in \(first.check)\(others > 0 ? "; \(others) more like it" : ""))",
            wanted: first.breach.reason.wanted,
            todo: first.breach.reason.todo
        )
        return first.breach.isWarning ? .warned(reason) : .failed(reason)
    }
}
