import Configuration

/// Why a value was refused, before it is known from where it came.
struct Refusal: Error {
    var code: ConfigurationError.Code
    var message: String
}

extension Setting {
    /// What the setting takes, as the end of "wanted ...".
    var wanted: String {
        switch kind {
        case .integer(_, let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(_, let range): "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
        case .choice(let choice): "one of \(choice.words.joined(separator: ", "))"
        case .text: "a string that isn't empty"
        }
    }

    /// Checks a value of the file.
    func check(_ node: JSONNode) throws(Refusal) -> ConfigContent {
        switch (kind, node.content) {
        case (.integer(_, let range), .integer(let value)):
            return .int(try inRange(value, range, found: node.described))
        case (.integer(_, let range), .number(let value)):
            // JSON has one kind of number: 1e6 is as whole as 1000000.
            guard let whole = Int(exactly: value) else { throw refusal(.wrongType, found: node.described) }
            return .int(try inRange(whole, range, found: node.described))
        case (.number(_, let range), .integer(let value)):
            return .double(try inRange(Double(value), range, found: node.described))
        case (.number(_, let range), .number(let value)):
            return .double(try inRange(value, range, found: node.described))
        case (.choice(let choice), .string(let value)):
            return .string(try word(value, of: choice, found: node.described))
        case (.text, .string(let value)):
            return .string(try text(value, found: node.described))
        case (.integer, _), (.number, _), (.choice, _), (.text, _):
            throw refusal(.wrongType, found: node.described)
        }
    }

    /// Checks a value of the environment or of a flag, where all values are texts.
    @discardableResult
    func check(_ value: String) throws(Refusal) -> ConfigContent {
        let found = value.isEmpty ? "an empty value" : Excerpt.quoted(value)
        switch kind {
        case .integer(_, let range):
            guard let number = Int(value) else { throw refusal(.wrongType, found: found) }
            return .int(try inRange(number, range, found: found))
        case .number(_, let range):
            guard let number = Double(value) else { throw refusal(.wrongType, found: found) }
            return .double(try inRange(number, range, found: found))
        case .choice(let choice):
            return .string(try word(value, of: choice, found: found))
        case .text:
            return .string(try text(value, found: found))
        }
    }

    // A NaN is in no range.
    private func inRange<Value>(_ value: Value, _ range: ClosedRange<Value>, found: String) throws(Refusal) -> Value {
        guard range.contains(value) else { throw refusal(.outOfRange, found: found) }
        return value
    }

    private func word(_ value: String, of choice: Choice, found: String) throws(Refusal) -> String {
        guard choice.words.contains(value) else {
            var refusal = refusal(.invalidValue, found: found)
            refusal.message += value.isEmpty ? "" : ".\(Suggestion.question(about: value, among: choice.words))"
            throw refusal
        }
        return value
    }

    private func text(_ value: String, found: String) throws(Refusal) -> String {
        guard !value.isEmpty else { throw refusal(.invalidValue, found: found) }
        // A path goes to C functions, which would stop at a zero byte.
        guard !value.utf8.contains(0) else {
            throw Refusal(code: .invalidValue, message: "found \(found), wanted a string without zero bytes")
        }
        return value
    }

    private func refusal(_ code: ConfigurationError.Code, found: String) -> Refusal {
        Refusal(code: code, message: "found \(found), wanted \(wanted)")
    }
}
