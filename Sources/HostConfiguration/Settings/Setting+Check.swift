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
        case .number(_, let range): "a number from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))"
        case .bool: "true or false"
        case .choice(let choice): "one of \(choice.words.joined(separator: ", "))"
        case .text: "a string that isn't empty"
        case .address: "host:port, [v6]:port, :port, unix:PATH, or off"
        }
    }

    /// A number as a person writes it: 30 and 0.001, not 30.0.
    static func plain(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? String(number)
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
        case (.bool, .bool(let value)):
            return .bool(value)
        case (.choice(let choice), .string(let value)):
            return .string(try word(value, of: choice, found: node.described))
        case (.text, .string(let value)):
            return .string(try text(value, found: node.described))
        case (.address, .string(let value)):
            return .string(try address(value))
        case (.integer, _), (.number, _), (.bool, _), (.choice, _), (.text, _), (.address, _):
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
        case .bool:
            // The two words that the file takes, and no others: swift-configuration would take yes, on and 1 too.
            guard let bool = Bool(value) else { throw refusal(.wrongType, found: found) }
            return .bool(bool)
        case .choice(let choice):
            return .string(try word(value, of: choice, found: found))
        case .text:
            return .string(try text(value, found: found))
        case .address:
            return .string(try address(value))
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

    private func address(_ value: String) throws(Refusal) -> String {
        guard value != "off" else { return value }
        do {
            _ = try ListenAddress.parse(value)
        } catch {
            throw Refusal(code: .invalidValue, message: "\(error.message); or off")
        }
        return value
    }

    private func refusal(_ code: ConfigurationError.Code, found: String) -> Refusal {
        Refusal(code: code, message: "found \(found), wanted \(wanted)")
    }
}
