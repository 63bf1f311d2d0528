import Testing

@testable import HostConfiguration

@Suite("The JSON parser")
struct JSONParserTests {
    func parse(_ text: String) throws(ConfigurationError) -> JSONValue {
        try JSONParser.parse(file(text)).value
    }

    func words(_ bytes: [UInt8]) -> String {
        do {
            _ = try JSONParser.parse(ConfigurationFile(name: "f", bytes: bytes))
            return "no mistake"
        } catch {
            return error.description
        }
    }

    @Test("It reads all that JSON has")
    func everything() throws {
        let text = "\r\n\t {\"a\": [null, true, false, -0, 12, -1.5, 1e3, 2E-1, \"\"], \"b\": {}, \"c\": []} \n"
        #expect(
            try parse(text) == [
                "a": [.null, true, false, 0, 12, -1.5, .number(1000), .number(0.2), ""], "b": [:], "c": [],
            ]
        )
    }

    @Test("It reads escapes and characters beyond ASCII")
    func strings() throws {
        #expect(try parse(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é😀""#) == "\"\\/\u{8}\u{C}\n\r\té😀é😀")
    }

    @Test("Integers keep their digits up to 64 bits")
    func integers() throws {
        #expect(try parse("9223372036854775807") == .integer(.max))
        #expect(try parse("-9223372036854775808") == .integer(.min))
    }

    @Test(
        "Text that isn't JSON is told with line, column and what to do",
        arguments: [
            ("", "f:1:1: the file is empty; the least that it can hold is {}"),
            (" \n ", "f:2:2: the file is empty; the least that it can hold is {}"),
            ("\u{FEFF}{}", "f:1:1: the file starts with a byte order mark; save it as UTF-8 without one"),
            ("{} x", #"f:1:4: found "x", wanted the end of the file after the closing bracket"#),
            ("{", "f:1:2: the file ends here, wanted a key in double quotes; a closing bracket may be missing"),
            ("{\n  \"a\": 1,\n}", "f:2:9: nothing follows this comma but the closing }; remove the comma"),
            ("[1,]", "f:1:3: nothing follows this comma but the closing ]; remove the comma"),
            ("[1 2]", #"f:1:4: found "2", wanted a comma or the closing ]"#),
            ("[1", "f:1:3: the file ends here, wanted a comma or the closing ]; a closing bracket may be missing"),
            (#"{"a" 1}"#, #"f:1:6: found "1", wanted a : after the key "a""#),
            ("{a: 1}", #"f:1:2: found "a", wanted a key in double quotes"#),
            ("{'a': 1}", #"f:1:2: found "'", wanted a key in double quotes; JSON takes double quotes only"#),
            ("// no\n{}", #"f:1:1: found "/", wanted a value; JSON has no comments, remove it"#),
            (
                "[True]",
                #"f:1:2: found the word "True", wanted a value; strings stand in double quotes. Did you mean "true"?"#
            ),
            ("[NaN]", #"f:1:2: found the word "NaN", wanted a value; strings stand in double quotes."#),
            ("[01]", "f:1:2: a number can't start with a zero; remove it"),
            ("[1.]", #"f:1:4: found "]", wanted a digit"#),
            ("[.5]", #"f:1:2: found ".", wanted a value"#),
            ("[+1]", #"f:1:2: found "+", wanted a value"#),
            ("[1e]", #"f:1:4: found "]", wanted a digit"#),
            ("[-]", #"f:1:3: found "]", wanted a digit"#),
            ("[64k]", #"f:1:4: found "k", wanted the end of the number; units and hexadecimal aren't taken"#),
            ("[0x10]", #"f:1:3: found "x", wanted the end of the number; units and hexadecimal aren't taken"#),
            ("[\"é\", é]", #"f:1:7: found "é", wanted a value"#),
            ("[\"a\n\"]", "f:1:2: this string doesn't end on its line; add the closing quote"),
            ("[\"a", "f:1:2: this string doesn't end before the file does; add the closing quote"),
            ("[\"a\tb\"]", #"f:1:4: a control character in a string must be escaped, as \t for a tab"#),
            (#"["\x"]"#, #"f:1:3: no such escape; a backslash itself is written \\"#),
            (#"["\"#, #"f:1:3: no such escape; a backslash itself is written \\"#),
            (#"["\u12"]"#, #"f:1:3: \u must be followed by four hexadecimal digits"#),
            (#"["\u+123"]"#, #"f:1:3: \u must be followed by four hexadecimal digits"#),
            (#"["\u"#, #"f:1:3: \u must be followed by four hexadecimal digits"#),
            (#"["\ud83d"]"#, "f:1:3: half of a surrogate pair is no character; write both halves"),
            (#"["\ude00"]"#, "f:1:3: half of a surrogate pair is no character; write both halves"),
            (#"["\ud83d\u0041"]"#, "f:1:3: half of a surrogate pair is no character; write both halves"),
            (#"{"a": {"b": 1, "b": 2}}"#, "f:1:16: $.a.b: this key is here twice; remove one of them"),
        ]
    )
    func notJSON(text: String, wanted: String) {
        #expect(words(Array(text.utf8)) == wanted)
    }

    @Test("Numbers that 64 bits can't hold are refused, not rounded")
    func hugeNumbers() {
        #expect(
            words(Array(#"{"a": [9223372036854775808]}"#.utf8))
                == "f:1:8: $.a[0]: found 9223372036854775808, wanted a whole number from -9223372036854775808 to"
                + " 9223372036854775807"
        )
        #expect(words(Array("[1e400]".utf8)) == "f:1:2: $[0]: found 1e400, wanted a number that fits in 64 bits")
        #expect(words(Array(repeating: UInt8(ascii: "9"), count: 1_000_000)).utf8.count < 200)
    }

    @Test("Deep nesting is refused before it can exhaust the stack")
    func nestingBomb() throws {
        for open in ["[", "{\"a\":"] {
            let bomb = String(repeating: open, count: 500_000)
            #expect(words(Array(bomb.utf8)).hasSuffix("nested more than 64 levels deep; flatten them"))
        }
        let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try parse(deepest) }
    }

    @Test("Other encodings are named")
    func encodings() {
        #expect(words([0xFF, 0xFE, 0x7B, 0x00]) == "f:1:1: the file is in UTF-16; save it as UTF-8")
        #expect(words([0xFE, 0xFF, 0x00, 0x7B]) == "f:1:1: the file is in UTF-16; save it as UTF-8")
        let latin1: [UInt8] = [UInt8(ascii: "\""), 0xE9, UInt8(ascii: "\"")]
        #expect(words(latin1) == "f:1:1: this string isn't UTF-8; save the file as UTF-8")
        #expect(words([0x00]) == #"f:1:1: found "\u{0}", wanted a value"#)
        #expect(words([0x80]) == "f:1:1: found \"\u{FFFD}\", wanted a value")
    }

    @Test("No cut of a good file crashes the parser, and every cut is refused")
    func cuts() {
        let whole = Array(#"{"a": [1.5e3, "\ud83d\ude00é", {"b": null}], "c": true}"#.utf8)
        #expect(words(whole) == "no mistake")
        for length in 0..<whole.count {
            #expect(words(Array(whole.prefix(length))) != "no mistake")
        }
    }

    @Test("No single changed byte crashes the parser")
    func changedBytes() {
        let whole = Array(#"{"a": [1.5e3, "\ud83d\ude00é", {"b": null}], "c": true}"#.utf8)
        for index in whole.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = whole
                changed[index] = byte
                #expect(!words(changed).isEmpty)
            }
        }
    }
}
