/// A JSON value that knows where in the text it stands, for errors that name the place.
struct JSONNode {
    var content: Content

    /// The value's first byte in the file.
    var offset: Int

    enum Content {
        case null
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case string(String)
        case array([JSONNode])
        case object([Member])
    }

    struct Member {
        var key: String
        var keyOffset: Int
        var value: JSONNode
    }

    /// The value of that key, of an object that has it.
    func member(_ key: String) -> JSONNode? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The same without places.
    var value: JSONValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .array(let nodes): .array(nodes.map(\.value))
        // The parser has refused a key that comes twice.
        case .object(let members): .object(Dictionary(members.map { ($0.key, $0.value.value) }) { $1 })
        }
    }

    /// "found ...": the value and its type, for messages.
    var described: String {
        switch content {
        case .null: "null"
        case .bool(let value): "\(value) (a boolean)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): value.isEmpty ? "an empty string" : "\(Excerpt.quoted(value)) (a string)"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
