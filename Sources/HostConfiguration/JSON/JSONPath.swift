/// A place in a JSON tree, written as RFC 9535 does: `$.plugins[0].library`.
struct JSONPath: CustomStringConvertible {
    private var steps: [Step] = []

    private enum Step {
        case key(String)
        case index(Int)
    }

    static let root = JSONPath()

    func key(_ key: String) -> JSONPath {
        appending(.key(key))
    }

    func index(_ index: Int) -> JSONPath {
        appending(.index(index))
    }

    private func appending(_ step: Step) -> JSONPath {
        var path = self
        path.steps.append(step)
        return path
    }

    var description: String {
        steps.reduce(into: "$") { text, step in
            switch step {
            case .key(let key): text += Self.isPlain(key) ? ".\(key)" : "[\(Excerpt.quoted(key))]"
            case .index(let index): text += "[\(index)]"
            }
        }
    }

    /// A long key would make the path unreadable, so it is cut like any other excerpt.
    private static func isPlain(_ key: String) -> Bool {
        guard let first = key.utf8.first, !first.isASCIIDigit, key.utf8.count <= Excerpt.maximumLength else {
            return false
        }
        return key.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == UInt8(ascii: "_") }
    }
}
