/// A check with its outcome.
package struct CheckResult: Sendable {
    package let check: Check
    package let outcome: Outcome
    /// The first warnings and errors that the plugin wrote to the host's log meanwhile.
    package let log: [String]
    /// What the plugin wrote to its own output, where it ended the process.
    package let output: [String]

    init(_ check: Check, _ outcome: Outcome, log: [String] = [], output: [String] = []) {
        self.check = check
        self.outcome = outcome
        self.log = log
        self.output = output
    }
}

/// All that was found of a plugin.
package struct CheckReport: Sendable {
    package struct PluginName: Sendable {
        package let name: String
        package let version: String
        package let sdk: String
    }

    package let path: String
    package internal(set) var plugin: PluginName?
    package internal(set) var results: [CheckResult] = []

    init(path: String) { self.path = path }

    /// No check has failed.
    package var isGood: Bool { !results.contains { $0.outcome.isFailure } }

    package func outcome(of id: String) -> Outcome? { results.first { $0.check.id == id }?.outcome }

    /// How many passed, failed, warned and were skipped.
    package var counts: (passed: Int, failed: Int, warned: Int, skipped: Int) {
        var counts = (passed: 0, failed: 0, warned: 0, skipped: 0)
        for result in results {
            switch result.outcome {
            case .passed: counts.passed += 1
            case .failed: counts.failed += 1
            case .warned: counts.warned += 1
            case .skipped, .blocked: counts.skipped += 1
            }
        }
        return counts
    }
}
