/// A strict parser of JSON (RFC 8259) for files that people write: each value keeps its place, and each mistake is told
/// with its line, its column and what to do.
///
/// Stricter than the standard asks for: a key may come only once in an object, and numbers must fit in 64 bits.
struct JSONParser {
    /// Real files need less than ten levels; the bound keeps a file of brackets from exhausting the stack.
    static let maximumDepth = 64

    let file: ConfigurationFile
    var offset = 0

    /// Parses a whole file.
    static func parse(_ file: ConfigurationFile) throws(ConfigurationError) -> JSONNode {
        var parser = JSONParser(file: file)
        try parser.checkStart()
        let root = try parser.value(path: .root, depth: 0)
        parser.skipWhitespace()
        guard parser.peek == nil else {
            throw parser.unexpected(wanted: "the end of the file after the closing bracket")
        }
        return root
    }

    /// Mistakes of editors and shells that would otherwise be told as strange characters.
    private mutating func checkStart() throws(ConfigurationError) {
        if file.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw syntaxError("the file starts with a byte order mark; save it as UTF-8 without one")
        }
        if file.bytes.starts(with: [0xFE, 0xFF]) || file.bytes.starts(with: [0xFF, 0xFE]) {
            throw syntaxError("the file is in UTF-16; save it as UTF-8")
        }
        skipWhitespace()
        if peek == nil {
            throw syntaxError("the file is empty; the least that it can hold is {}")
        }
    }

    mutating func value(path: JSONPath, depth: Int) throws(ConfigurationError) -> JSONNode {
        skipWhitespace()
        let start = offset
        switch peek {
        case UInt8(ascii: "{"):
            return JSONNode(content: .object(try object(path: path, depth: depth + 1)), offset: start)
        case UInt8(ascii: "["):
            return JSONNode(content: .array(try array(path: path, depth: depth + 1)), offset: start)
        case UInt8(ascii: "\""):
            return JSONNode(content: .string(try string()), offset: start)
        case UInt8(ascii: "-"):
            return JSONNode(content: try number(path: path), offset: start)
        case .some(let byte) where byte.isASCIIDigit:
            return JSONNode(content: try number(path: path), offset: start)
        case .some(let byte) where byte.isASCIILetter:
            return JSONNode(content: try word(), offset: start)
        default:
            throw unexpected(wanted: "a value")
        }
    }

    private mutating func word() throws(ConfigurationError) -> JSONNode.Content {
        let start = offset
        while let byte = peek, byte.isASCIILetterOrDigit {
            offset += 1
        }
        let word = String(decoding: file.bytes[start..<offset], as: UTF8.self)
        switch word {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            let question = Suggestion.question(about: word, among: ["null", "true", "false"])
            let message = "found the word \(Excerpt.quoted(word)), wanted a value; strings stand in double quotes."
            throw file.error(.syntax, at: start, message + question)
        }
    }
}
