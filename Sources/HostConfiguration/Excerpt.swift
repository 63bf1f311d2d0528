/// Values from outside, made fit for a message: a hostile or broken value can neither flood a log nor move a cursor.
enum Excerpt {
    static let maximumLength = 60

    /// The text in quotes; what doesn't print is escaped, and what is too long is cut.
    static func quoted(_ text: String) -> String {
        var shown = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == maximumLength {
                return "\"\(shown)\"..."
            }
            shown += printable(scalar)
        }
        return "\"\(shown)\""
    }

    private static func printable(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"", "\\": return "\\\(scalar)"
        case "\n": return "\\n"
        case "\t": return "\\t"
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            return "\\u{\(String(scalar.value, radix: 16))}"
        default:
            return String(scalar)
        }
    }
}
