/// A report as a person reads it: a line a check, and below those that failed what was found, what was wanted and what to do.
package struct CheckTable {
    private let width: Int
    private let color: Bool
    private var group: Check.Group?
    /// What was told already, and where.
    private var told: [[String]: String] = [:]

    /// - Parameters:
    ///   - width: Columns of the terminal.
    ///   - color: Whether it shows colors.
    package init(width: Int, color: Bool) {
        self.width = min(max(width, 60), 140)
        self.color = color
    }

    private static let idWidth = 28

    /// Results that were skipped for the same reason, and are yet to be told: as one line.
    private var skipped: (first: Check, count: Int, why: String)?

    /// A result's lines; where it is the first of its group, with the group's title. Those of skipped ones come with the next that isn't.
    package mutating func lines(_ result: CheckResult) -> [String] {
        switch result.outcome {
        case .skipped(let why), .blocked(let why):
            if let run = skipped, run.why == why, run.first.group == result.check.group {
                skipped = (run.first, run.count + 1, why)
                return []
            }
            let lines = flush()
            skipped = (result.check, 1, why)
            return lines
        case .passed, .warned, .failed:
            return flush() + heading(result.check) + told(result)
        }
    }

    private mutating func flush() -> [String] {
        guard let run = skipped else { return [] }
        skipped = nil
        let why = run.count == 1 ? run.why : "\(run.why) (this and the next \(run.count - 1))"
        return heading(run.first) + row(paint("skip", .dim), run.first.id.padded(Self.idWidth), why)
    }

    private mutating func heading(_ check: Check) -> [String] {
        guard check.group != group else { return [] }
        group = check.group
        return ["", paint(check.group.title, .bold)]
    }

    private mutating func told(_ result: CheckResult) -> [String] {
        var lines: [String] = []
        let id = result.check.id.padded(Self.idWidth)
        switch result.outcome {
        case .passed(let note):
            lines += row(paint("ok  ", .green), id, note.map { "\(result.check.title): \($0)" } ?? result.check.title)
        case .skipped, .blocked: break
        case .warned(let reason):
            lines += row(paint("warn", .yellow), id, result.check.title)
            lines += explain(reason, result)
        case .failed(let reason):
            lines += row(paint("FAIL", .red), id, result.check.title)
            lines += explain(reason, result)
        }
        return lines
    }

    /// The last lines.
    package mutating func verdict(_ report: CheckReport) -> [String] {
        let counts = report.counts
        let parts = [
            "\(counts.passed) passed", counts.failed > 0 ? "\(counts.failed) failed" : nil,
            counts.warned > 0 ? "\(counts.warned) warning\(counts.warned == 1 ? "" : "s")" : nil,
            counts.skipped > 0 ? "\(counts.skipped) skipped" : nil,
        ].compactMap { $0 }
        let name =
            report.plugin.map { "\($0.name) \($0.version)" } ?? report.path.split(separator: "/").last.map(String.init) ?? report.path
        let word = report.isGood ? paint("\(name) is good", .green) : paint("\(name) is not good", .red)
        var lines = flush() + ["", "\(word): \(parts.joined(separator: ", "))"]
        let failed = report.results.filter(\.outcome.isFailure).map(\.check.id)
        if !failed.isEmpty { lines += wrap("failed: \(failed.joined(separator: ", "))", width) }
        return lines
    }

    // The title at the id's right, wrapped below itself.
    private func row(_ mark: String, _ id: String, _ text: String) -> [String] {
        let indent = String(repeating: " ", count: 8 + Self.idWidth + 1)
        return wrap(text, width - indent.count).enumerated().map { $0 == 0 ? "  \(mark)  \(id) \($1)" : indent + $1 }
    }

    private mutating func explain(_ reason: Reason, _ result: CheckResult) -> [String] {
        let key = [reason.found, reason.wanted]
        if let before = told[key] { return field("as", "in \(before)") }
        told[key] = result.check.id
        var lines = field("found", reason.found) + field("wanted", reason.wanted) + field("do", reason.todo)
        for line in result.log { lines += field("log", line) }
        for line in result.output { lines += field("output", line) }
        return lines
    }

    private func field(_ name: String, _ text: String) -> [String] {
        let indent = 8 + 8
        return wrap(text, width - indent).enumerated().map { index, line in
            String(repeating: " ", count: 8) + paint((index == 0 ? name : "").padded(8), .dim) + line
        }
    }

    private enum Style: String { case bold = "1", dim = "2", red = "1;31", green = "32", yellow = "33" }

    private func paint(_ text: String, _ style: Style) -> String {
        color ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Lines of at most that many columns, broken at spaces; a word that is longer stands alone.
    private func wrap(_ text: String, _ width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// Every check with its meaning, for `--list`.
    package func list() -> [String] {
        var lines: [String] = []
        for group in Check.Group.allCases {
            lines += ["", paint(group.title, .bold)]
            for check in Check.all where check.group == group {
                let indent = String(repeating: " ", count: 2 + Self.idWidth + 1)
                lines += wrap(check.meaning, width - indent.count).enumerated().map {
                    $0 == 0 ? "  \(check.id.padded(Self.idWidth)) \($1)" : indent + $1
                }
            }
        }
        return lines
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}
