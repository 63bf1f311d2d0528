/// Any JSON value (RFC 8259).
///
/// The host keeps a plugin's own configuration as one, without knowing what it means, and hands its ``serialized``
/// bytes to the plugin.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null

    /// `true` or `false`.
    case bool(Bool)

    /// A number written without fraction and exponent, such as `42`.
    case integer(Int)

    /// A number written with a fraction or an exponent, such as `0.5` or `1e3`. Always finite when it was parsed.
    case number(Double)

    /// A string.
    case string(String)

    /// An array.
    case array([JSONValue])

    /// An object. The order of its keys means nothing, so it isn't kept.
    case object([String: JSONValue])
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Creates a boolean.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// Creates an integer.
    public init(integerLiteral value: Int) {
        self = .integer(value)
    }

    /// Creates a number.
    public init(floatLiteral value: Double) {
        self = .number(value)
    }

    /// Creates a string.
    public init(stringLiteral value: String) {
        self = .string(value)
    }

    /// Creates an array.
    public init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }

    /// Creates an object; of two values for one key, the last one stays.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}
