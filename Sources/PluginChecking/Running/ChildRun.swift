import Glibc

/// The child's side: makes the checks of a plan, one after the other, and tells the parent of each.
package enum ChildRun {
    /// What the parent asks for.
    package struct Plan: Sendable {
        package var path: String
        /// A folder that the parent has made, with the configuration in `config.json`, and `place`, a file to write to.
        package var scratch: String
        package var secondsPerCheck: Int
        package var checks: [String]
        package var failed: [String]

        package init(path: String, scratch: String, secondsPerCheck: Int, checks: [String], failed: [String]) {
            self.path = path
            self.scratch = scratch
            self.secondsPerCheck = secondsPerCheck
            self.checks = checks
            self.failed = failed
        }
    }

    /// Makes the checks on the calling thread, which must be no other than this one's, and ends the process.
    package static func run(_ plan: Plan) -> Never {
        _ = fcntl(ChildProcess.eventDescriptor, F_SETFD, FD_CLOEXEC)
        // A parent that is gone reads nothing any more.
        signal(SIGPIPE, SIG_DFL)
        let place = open("\(plan.scratch)/\(placeFile)", O_WRONLY | O_CLOEXEC)
        let journal = Journal(events: ChildProcess.eventDescriptor, place: place)
        let context = CheckContext(
            path: plan.path,
            config: ProcessState.contents("\(plan.scratch)/\(configFile)").map { Array($0.utf8) } ?? Array("{}".utf8),
            scratch: Scratch(path: plan.scratch),
            journal: journal,
            secondsPerCheck: plan.secondsPerCheck
        )
        var known = Dictionary(plan.failed.map { ($0, Outcome.blocked("needs \($0)")) }, uniquingKeysWith: { first, _ in first })
        let wanted = Set(plan.checks)
        for check in Check.all where wanted.contains(check.id) {
            // The parent ends what hangs; where it is gone itself, this does.
            alarm(UInt32(plan.secondsPerCheck + 5))
            journal.begin(check.id)
            let outcome = check.obstacle(known) ?? make(check, context)
            known[check.id] = outcome
            journal.end(check.id, outcome)
        }
        journal.write(.done)
        // No exit handlers: the plugin's are not to be waited for.
        _exit(0)
    }

    static let placeFile = "place"
    static let configFile = "config.json"

    private static func make(_ check: Check, _ context: CheckContext) -> Outcome {
        context.beginCheck()
        do {
            switch check.body {
            case .done(let body): return try body(context)
            case .derived: return .skipped("the parent tells")
            }
        } catch let stop as Stop {
            return stop.outcome
        } catch {
            return .failed("\(error)", wanted: "no such thing", todo: "report it: the check itself has failed")
        }
    }
}
