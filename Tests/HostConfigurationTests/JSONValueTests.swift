import Testing

@testable import HostConfiguration

@Suite("JSON values")
struct JSONValueTests {
    func text(_ value: JSONValue) -> String {
        String(decoding: value.serialized, as: UTF8.self)
    }

    @Test("Keys stand in one order, whatever the order in the file")
    func keyOrder() throws {
        let value: JSONValue = ["b": 1, "a": ["z": .null, "y": true], "B": [], "é": 2]
        #expect(text(value) == #"{"B":[],"a":{"y":true,"z":null},"b":1,"é":2}"#)
        #expect(try JSONParser.parse(file(#"{"b": 1, "é": 2, "B": [], "a": {"z": null, "y": true}}"#)).value == value)
    }

    @Test("Integers stay integers, and numbers stay numbers")
    func numbers() {
        #expect(
            text([52_428_800, 30.0, 0.1, 1e300, -1, .integer(.max)])
                == "[52428800,30.0,0.1,1e+300,-1,9223372036854775807]"
        )
        #expect(text([.number(.nan), .number(.infinity)]) == "[null,null]")
    }

    @Test("What JSON must escape is escaped")
    func escapes() {
        #expect(text("a\"b\\c\n\u{0}\u{1f}/é😀") == #""a\"b\\c\u000a\u0000\u001f/é😀""#)
    }

    @Test("A serialized value parses to itself")
    func roundTrip() throws {
        let value: JSONValue = [
            "a": [1, 2.5, "x\u{1}\"", .null, true, ["": [:]]], "b": .number(.leastNonzeroMagnitude), "c": .number(1e22),
        ]
        let parsed = try JSONParser.parse(ConfigurationFile(name: "f", bytes: value.serialized)).value
        #expect(parsed == value)
    }
}
