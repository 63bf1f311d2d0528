import PluginChecking
import Testing

/// What a person sees.
@Suite struct CheckTableTests {
    private func table(_ name: String, width: Int, only: [String] = []) throws -> [String] {
        let fixture = try Fixture(name)
        defer { fixture.remove() }
        var table = CheckTable(width: width, color: false)
        var lines: [String] = []
        let report = try CheckRun(path: fixture.path, secondsPerCheck: 5, only: only, executable: Fixture.executable).run { result, _ in
            lines += table.lines(result)
        }
        return lines + table.verdict(report)
    }

    @Test(arguments: [80, 120])
    func linesFitTheTerminal(width: Int) throws {
        let lines = try table("ignores-full", width: width)
        #expect(lines.allSatisfy { $0.count <= width })
    }

    @Test func aFailureSaysWhatWasFoundWantedAndWhatToDo() throws {
        let lines = try table("ignores-full", width: 100, only: ["call.server.unread"])
        #expect(
            lines == [
                "",
                "Calls: each method, as clients use and misuse it",
                "  FAIL  call.server.unread           waits where the client doesn't read",
                "        found   fixture.Service/Server: 100 messages after SH_FULL",
                "        wanted  none until on_writable: the host keeps all of them in memory",
                "        do      stop at SH_FULL, and go on in on_writable",
                "",
                "libignores-full.so is not good: 0 passed, 1 failed",
                "failed: call.server.unread",
            ]
        )
    }

    @Test func theSameFailureIsToldOnce() throws {
        let lines = try table("refuses-open", width: 100, only: ["call.unary"])
        #expect(lines.filter { $0.contains("on_open answered SH_REFUSED") }.count == 1)
        #expect(lines.contains("        as      in call.unary.empty"))
    }

    @Test func skippedChecksAreOneLine() throws {
        let lines = try table("refuses-start", width: 100)
        #expect(lines.contains("  skip  call.unary.empty             needs registration.start (this and the next 37)"))
    }

    @Test func theReportIsJSONForScripts() throws {
        let fixture = try Fixture("double-finish")
        defer { fixture.remove() }
        let report = try CheckRun(
            path: fixture.path,
            secondsPerCheck: 5,
            only: ["call.unary.empty", "rules.finish"],
            executable: Fixture.executable
        )
        .run { _, _ in }
        let text = try CheckJSON.text(report)
        #expect(text.contains("\"good\" : false"))
        #expect(text.contains("\"outcome\" : \"failed\""))
        #expect(text.contains("\"todo\" : "))
    }

    @Test(arguments: [("{", "no JSON"), ("[1]", "no object"), ("7", "no object")])
    func aConfigurationThatIsNoObjectIsBadUsage(text: String, words: String) {
        #expect(CheckJSON.mistake(in: Array(text.utf8))?.contains(words) == true)
    }

    @Test func aConfigurationThatIsAnObjectIsFine() {
        #expect(CheckJSON.mistake(in: Array("{\"a\": [1]}".utf8)) == nil)
    }
}
