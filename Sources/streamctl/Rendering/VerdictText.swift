import AdminAPI

/// What became of a reload, for a person.
enum VerdictText {
    /// One sentence, with the reason where it was not done.
    static func sentence(_ verdict: Streamhost_Admin_V1_ReloadVerdict) -> String {
        switch verdict.outcome {
        case .accepted:
            "\(verdict.plugin): generation \(verdict.toGeneration) serves in place of \(verdict.fromGeneration); \(numbers(verdict))"
        case .refused:
            "\(verdict.plugin): the reload was refused, and generation \(verdict.toGeneration) serves on: \(reason(verdict))"
        case .rolledBack:
            "\(verdict.plugin): the reload was rolled back, and generation \(verdict.toGeneration) serves again: \(reason(verdict)); "
                + numbers(verdict)
        case .unchanged:
            "\(verdict.plugin): nothing to do, generation \(verdict.toGeneration) was loaded from the same file; --force reloads it all the same"
        case .unspecified, .UNRECOGNIZED:
            "\(verdict.plugin): the host gave a verdict that this streamctl doesn't know: \(reason(verdict))"
        }
    }

    /// Whether it ends streamctl with 0.
    static func isSuccess(_ verdict: Streamhost_Admin_V1_ReloadVerdict) -> Bool {
        switch verdict.outcome {
        case .accepted, .unchanged: true
        case .refused, .rolledBack, .unspecified, .UNRECOGNIZED: false
        }
    }

    private static func numbers(_ verdict: Streamhost_Admin_V1_ReloadVerdict) -> String {
        "\(Human.count(verdict.callsMoved, "call")) moved, \(verdict.callsPinned) pinned, \(verdict.callsEnded) ended; "
            + "pause \(Human.milliseconds(verdict.pauseMs)), \(Human.milliseconds(verdict.totalMs)) in all"
    }

    private static func reason(_ verdict: Streamhost_Admin_V1_ReloadVerdict) -> String {
        verdict.reason.isEmpty ? "the host gave no reason" : verdict.reason
    }
}
