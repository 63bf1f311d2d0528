import Testing

@testable import HostConfiguration

@Suite("Messages")
struct MessageTests {
    @Test("The nearest word is suggested, a far one is not")
    func suggestions() {
        let keys = ["listeners", "limits", "log", "plugins"]
        #expect(Suggestion.nearest(to: "Listener", among: keys) == "listeners")
        #expect(Suggestion.nearest(to: "limist", among: keys) == "limits")
        #expect(Suggestion.nearest(to: "elephant", among: keys) == nil)
        #expect(Suggestion.nearest(to: "path", among: ["library", "watch"]) == nil)
        #expect(Suggestion.nearest(to: "", among: keys) == nil)
        #expect(Suggestion.nearest(to: "x", among: keys) == nil)
        #expect(Suggestion.nearest(to: String(repeating: "l", count: 1_000_000), among: keys) == nil)
    }

    @Test("Swapped neighbours are one edit")
    func distance() {
        #expect(Suggestion.distance("ab", "ba") == 1)
        #expect(Suggestion.distance("", "abc") == 3)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
    }

    @Test("JSON paths quote what isn't plain")
    func paths() {
        #expect(JSONPath.root.key("plugins").index(2).key("a b").description == #"$.plugins[2]["a b"]"#)
        #expect(JSONPath.root.key("").key("1a").description == #"$[""]["1a"]"#)
    }

    @Test("Columns count characters, lines count line feeds")
    func positions() {
        let text = file("é\r\n😀x")
        #expect(text.position(of: 0) == .init(line: 1, column: 1))
        #expect(text.position(of: 2) == .init(line: 1, column: 2))
        #expect(text.position(of: 8) == .init(line: 2, column: 2))
        #expect(text.position(of: 100) == .init(line: 2, column: 3))
    }

    @Test("A location without a place is only the file's name")
    func locations() {
        #expect(ConfigurationError.Location.file("a.json").description == "a.json")
        let error = ConfigurationError(code: .syntax, message: "m", location: .environment("STREAMHOST_X"))
        #expect(error.description == "STREAMHOST_X: m")
        #expect(error.code.description == "syntax")
    }
}
