import FoundationEssentials

/// A report as scripts read it.
package enum CheckJSON {
    private struct Document: Encodable {
        let library: String
        let plugin: Plugin?
        let good: Bool
        let passed: Int
        let failed: Int
        let warnings: Int
        let skipped: Int
        let checks: [Row]
    }

    private struct Plugin: Encodable {
        let name: String
        let version: String
        let sdk: String
    }

    private struct Row: Encodable {
        let id: String
        let group: String
        let title: String
        /// "passed", "failed", "warning", "skipped".
        let outcome: String
        var found: String?
        var wanted: String?
        var todo: String?
        var note: String?
        var log: [String]?
        var output: [String]?

        init(_ result: CheckResult) {
            id = result.check.id
            group = result.check.group.rawValue
            title = result.check.title
            switch result.outcome {
            case .passed(let note):
                outcome = "passed"
                self.note = note
            case .skipped(let why), .blocked(let why):
                outcome = "skipped"
                note = why
            case .warned(let reason):
                outcome = "warning"
                set(reason)
            case .failed(let reason):
                outcome = "failed"
                set(reason)
            }
            if !result.log.isEmpty { log = result.log }
            if !result.output.isEmpty { output = result.output }
        }

        private mutating func set(_ reason: Reason) {
            found = reason.found
            wanted = reason.wanted
            todo = reason.todo
        }
    }

    /// The report as one JSON object.
    package static func text(_ report: CheckReport) throws -> String {
        let counts = report.counts
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            library: report.path,
            plugin: report.plugin.map { Plugin(name: $0.name, version: $0.version, sdk: $0.sdk) },
            good: report.isGood,
            passed: counts.passed,
            failed: counts.failed,
            warnings: counts.warned,
            skipped: counts.skipped,
            checks: report.results.map(Row.init)
        )
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }

    /// What is wrong with a configuration; `nil`: it is a JSON object.
    package static func mistake(in config: [UInt8]) -> String? {
        do {
            _ = try JSONDecoder().decode(AnyObject.self, from: Data(config))
            return nil
        } catch DecodingError.dataCorrupted(let context) {
            let cause = context.underlyingError.map { "\($0)" } ?? context.debugDescription
            return "found text that is no JSON (\(cause)); wanted a JSON object"
        } catch {
            return "found JSON that is no object; wanted an object, such as {\"level\": 3}"
        }
    }

    private struct AnyObject: Decodable {
        private struct Key: CodingKey {
            let stringValue: String
            let intValue: Int? = nil
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: Key.self) }
    }
}
