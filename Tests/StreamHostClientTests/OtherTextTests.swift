import AdminAPI
import StreamHostClient
import SwiftProtobuf
import Testing

@testable import streamctl

@Suite struct OtherTextTests {
    @Test func `the status has a line for each thing`() {
        let status = Streamhost_Admin_V1_HostStatus.with {
            $0.version = "0.1.0"
            $0.pid = 7
            $0.startedAt = 1_767_600_772_123
            $0.listeners = ["127.0.0.1:50051", "unix:/run/a.sock"]
            $0.threads = 4
            $0.connections = 2
            $0.calls = 3
            $0.logLevel = "info"
            $0.residentBytes = 89_128_960
            $0.draining = true
        }
        #expect(
            StatusText.lines(status, at: .unix(path: "data/admin.sock"), now: 1_767_600_772_123 + 192_000) == [
                "streamhost    0.1.0, process 7, draining",
                "admin socket  data/admin.sock",
                "running for   3m 12s, since 2026-01-05T08:12:52.123Z",
                "listens on    127.0.0.1:50051",
                "              unix:/run/a.sock",
                "threads       4",
                "connections   2",
                "calls         3",
                "memory        85 MiB",
                "log level     info",
            ]
        )
    }

    @Test func `calls say how many there are beyond the limit`() {
        let call = Streamhost_Admin_V1_CallInfo.with {
            $0.plugin = "chat"
            $0.generation = 3
            $0.method = "/chat.ChatService/JoinChat"
            $0.peer = "ipv4:127.0.0.1:5000"
            $0.ageMs = 100_000
            $0.deadlineInMs = -1
            $0.messagesIn = 1
            $0.messagesOut = 4995
            $0.queuedBytes = 15_000
            $0.moves = 5
        }
        var answer = Streamhost_Admin_V1_ListCallsResponse.with {
            $0.calls = [call]
            $0.total = 1
        }
        #expect(
            CallsText.lines(answer) == [
                "PLUGIN  GEN  METHOD                      PEER                    AGE  DEADLINE  IN   OUT  QUEUED  MOVES",
                "chat      3  /chat.ChatService/JoinChat  ipv4:127.0.0.1:5000  1m 40s         -   1  4995  15 KiB      5",
            ]
        )
        answer.total = 6
        answer.calls[0].deadlineInMs = 4000
        #expect(CallsText.lines(answer).last == "5 more of 6; --limit N shows more")
        #expect(CallsText.lines(answer)[1].contains("in 4 s"))
        #expect(CallsText.lines(.init()) == ["no calls are open"])
    }

    @Test func `an event is one line, whatever is in it`() {
        let event = Streamhost_Admin_V1_Event.with {
            $0.time = 1_767_600_772_123
            $0.kind = "loaded"
            $0.plugin = "chat"
            $0.generation = 2
            $0.message = "chat 1.0.0\nserves"
        }
        #expect(EventText.line(event) == "2026-01-05T08:12:52.123Z  loaded          chat (generation 2)  chat 1.0.0?serves")
    }

    @Test func `missing events are counted`() {
        #expect(EventText.gap(after: 0, before: 9) == nil)
        #expect(EventText.gap(after: 8, before: 9) == nil)
        #expect(EventText.gap(after: 7, before: 9)?.contains("1 event missing") == true)
    }

    @Test func `what was changed is said`() {
        #expect(
            ChangeText.loaded(Samples.plugin()) == "loaded chat 1.0.0, generation 3: serves chat.ChatService; its file is watched"
        )
        let answer = Streamhost_Admin_V1_UnloadPluginResponse.with { $0.callsEnded = 3 }
        #expect(ChangeText.unloaded("chat", answer).contains("3 calls ended with UNAVAILABLE"))
        let plugin = Streamhost_Admin_V1_DrainRequest.with { $0.plugin = "chat" }
        #expect(ChangeText.drained(plugin, .with { $0.callsLeft = 2 }).contains("2 calls still open"))
        #expect(ChangeText.drained(.init(), .init()).contains("the host takes no new calls and ends"))
    }

    @Test func `JSON has the names of the .proto and numbers`() throws {
        let text = try JSONText.of(Samples.verdict(.rolledBack, reason: "why"))
        #expect(text.contains("\"from_generation\":3") && text.contains("\"outcome\":\"ROLLED_BACK\""))
    }

    @Test(arguments: [("{}", true), ("{\"a\": 1}", true), ("", false), ("[1]", false), ("7", false), ("{", false)])
    func `a configuration is a JSON object`(text: String, good: Bool) {
        #expect((JSONText.problem(inObject: text) == nil) == good)
    }
}
