import PluginChecking
import Testing

/// Each defect is found by the check that is named for it, and told in words.
@Suite struct CheckTests {
    struct Defect: Sendable, CustomTestStringConvertible {
        let fixture: String
        let check: String
        let words: String
        var testDescription: String { fixture }

        init(_ fixture: String, _ check: String, _ words: String) {
            self.fixture = fixture
            self.check = check
            self.words = words
        }
    }

    static let defects: [Defect] = [
        Defect("missing-symbol", "handshake.load", "undefined symbol: nobody_has_this_function"),
        Defect("crash-on-load", "handshake.load", "the plugin crashed with SIGSEGV"),
        Defect("no-entry", "handshake.entry", "no function streamhost_plugin"),
        Defect("null-entry", "handshake.entry", "streamhost_plugin() answered NULL"),
        Defect("wrong-magic", "handshake.magic", "sh_plugin.magic is 0x12345678"),
        Defect("wrong-major", "handshake.version", "sh_plugin.abi_major is 2"),
        Defect("needs-newer-host", "handshake.version", "sh_plugin.abi_min_minor is 1"),
        Defect("wrong-size", "handshake.size", "sh_plugin.struct_size is 16"),
        Defect("no-functions", "handshake.functions", "NULL as sh_plugin.retire, destroy"),
        Defect("bad-name", "handshake.name", "sh_plugin.name is \"my plugin/2\""),
        Defect("entry-changes", "handshake.constant", "another address at a later call"),
        Defect("refuses-create", "creation.create", "found no key \"folder\", wanted a path"),
        Defect("crash-in-create", "creation.create", "the plugin crashed with SIGSEGV (an address that isn't mapped) in create"),
        Defect("crash-in-destroy", "creation.create", "in destroy"),
        Defect("only-once", "creation.again", "there is an instance already"),
        Defect("thread-in-create", "creation.quiet", "create started a thread"),
        Defect("file-in-create", "creation.quiet", "open"),
        Defect("silent-refusal", "creation.refusal", "it gave no reason"),
        Defect("exit-in-start", "registration.start", "the plugin ended the process with exit(3) in start"),
        Defect("refuses-start", "registration.start", "the database does not answer"),
        Defect("registers-nothing", "registration.start", "no service"),
        Defect("ignores-refusal", "registration.start", "registered twice"),
        Defect("garbage-descriptors", "registration.descriptors", "4 bytes that are no FileDescriptorSet"),
        Defect("other-descriptors", "registration.descriptors", "the descriptors have other.Service"),
        Defect("never-finishes", "call.unary.empty", "no end: neither a message nor a status"),
        Defect("never-finishes", "call.client.halfclosed", "no end: neither a message nor a status"),
        Defect("ok-without-message", "call.unary.empty", "SH_GRPC_OK but without a message"),
        Defect("refuses-open", "call.bidi.empty", "on_open answered SH_REFUSED"),
        Defect("crash-on-garbage", "call.server.garbage", "in on_message of fixture.Service/Server"),
        Defect("crash-on-cancel", "call.unary.cancelled.early", "in on_cancel of fixture.Service/Unary"),
        Defect("asks-for-no-more", "call.client.demand", "took 1 of 40 messages"),
        Defect("ignores-full", "call.server.unread", "100 messages after SH_FULL"),
        Defect("one-at-a-time", "call.unary.many", "calls got no end"),
        Defect("refuses-own-state", "handover.roundtrip", "found 4 bytes, wanted 8"),
        Defect("takes-any-state", "handover.garbage", "restore took 13 bytes of 0xFF"),
        Defect("crash-on-state", "handover.garbage", "in restore"),
        Defect("takes-newer-state", "handover.newer", "restore took version 2 of fixture.calls"),
        Defect("never-lets-go", "handover.yield", "`yielded` was not called"),
        Defect("refuses-resumed", "handover.resume", "on_open answered SH_REFUSED"),
        Defect("never-retires", "retire.served", "retire answered SH_PENDING (2 threads)"),
        Defect("leaves-thread", "retire.threads", "1 thread after retire and destroy"),
        Defect("double-finish", "rules.finish", "finish was called a second time"),
        Defect("send-after-close", "rules.messages", "send after the plugin had finished the call"),
        Defect("two-answers", "rules.messages", "a second message was sent"),
        Defect("wrong-thread", "rules.threads", "timer_start was called on another thread than the loop's"),
        Defect("wrong-handle", "rules.handles", "which the host never gave out"),
        Defect("sends-after-yield", "rules.yield", "send after the call was let go"),
        Defect("leaks-buffer", "rules.buffers", "a shared buffer that was never released"),
        Defect("releases-twice", "rules.buffers", "a buffer that was released for the last time before"),
        Defect("leaves-timer", "rules.timers", "a timer that still runs after destroy"),
        Defect("works-for-nobody", "rules.timers", "a timer that still runs after destroy"),
    ]

    private func check(_ name: String, seconds: Int = 5, only: [String] = []) throws -> CheckReport {
        let fixture = try Fixture(name)
        defer { fixture.remove() }
        return try CheckRun(path: fixture.path, secondsPerCheck: seconds, only: only, executable: Fixture.executable).run { _, _ in }
    }

    @Test(arguments: defects)
    func aDefectFailsTheCheckThatIsNamedForIt(_ defect: Defect) throws {
        let report = try check(defect.fixture)
        #expect(!report.isGood)
        guard case .failed(let reason) = report.outcome(of: defect.check) else {
            Issue.record("\(defect.check): \(String(describing: report.outcome(of: defect.check)))")
            return
        }
        #expect(reason.found.contains(defect.words), "\(reason.found)")
        #expect(!reason.wanted.isEmpty && !reason.todo.isEmpty)
        #expect(report.results.count == Check.all.count, "all others are told of, too")
    }

    @Test func aHangFailsTheCheckAndThreeAreEnough() throws {
        let report = try check("hangs-in-open", seconds: 1)
        let failures = report.results.filter(\.outcome.isFailure)
        #expect(failures.count == 3)
        guard case .failed(let reason) = report.outcome(of: "call.unary.empty") else {
            Issue.record("no failure")
            return
        }
        #expect(reason.found == "it did not end within 1 s: the plugin was in on_open of fixture.Service/Unary")
        #expect(report.outcome(of: "retire.served") == .blocked("not tried, as 3 checks before it hung"))
    }

    @Test func workForCallsThatAreOverIsWarnedOf() throws {
        let report = try check("works-for-nobody")
        guard case .warned(let reason) = report.outcome(of: "rules.closed") else {
            Issue.record("\(String(describing: report.outcome(of: "rules.closed")))")
            return
        }
        #expect(reason.found.contains("the call was used"))
    }

    @Test func aGoodPluginPassesEverything() throws {
        let report = try check("good")
        #expect(report.isGood)
        #expect(report.counts.failed == 0)
        // It has no descriptors.
        #expect(
            report.results.filter { if case .warned = $0.outcome { true } else { false } }.map(\.check.id) == ["registration.descriptors"]
        )
        #expect(report.plugin?.name == "fixture")
    }

    @Test func whatThePluginWritesIsShownWithTheFailureAlone() throws {
        let report = try check("exit-in-start")
        #expect(report.results.first { $0.check.id == "registration.start" }?.output == ["fixture: no license found, giving up"])
    }

    @Test func whatNeedsAFailedCheckIsNotMade() throws {
        let report = try check("wrong-size")
        #expect(report.outcome(of: "creation.create") == .blocked("needs handshake.size"))
        #expect(report.outcome(of: "call.unary.empty") == .blocked("needs handshake.size"))
        #expect(report.outcome(of: "rules.finish") == .blocked("needs handshake.size"))
        #expect(report.counts.failed == 1)
    }

    @Test func onlySomeChecksAreMade() throws {
        let report = try check("good", only: ["call.unary", "rules.finish"])
        #expect(report.results.allSatisfy { $0.check.id.hasPrefix("call.unary.") || $0.check.id == "rules.finish" })
        #expect(report.results.count > 5)
    }

    @Test func everyFixtureHasItsTest() {
        let tested = Set(Self.defects.map(\.fixture)).union(["good", "hangs-in-open"])
        #expect(Fixture.all == tested)
    }

    @Test func idsAreUniqueAndNeedsComeFirst() {
        var seen: Set<String> = []
        for check in Check.all {
            #expect(seen.insert(check.id).inserted, "\(check.id)")
            #expect(!check.title.isEmpty && !check.meaning.isEmpty)
        }
    }
}
