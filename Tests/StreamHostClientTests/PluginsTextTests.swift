import AdminAPI
import SwiftProtobuf
import Testing

@testable import streamctl

@Suite struct PluginsTextTests {
    @Test func `a host without plugins says how to get one`() {
        #expect(PluginsText.lines([]) == ["no plugin is loaded; streamctl load LIB loads one"])
    }

    @Test func `a row counts the calls of all generations`() {
        let plugin = Samples.plugin(generations: [
            Samples.generation(2, .draining, calls: 3, total: 10), Samples.generation(3, calls: 4, total: 20),
        ])
        let row = PluginsText.lines([plugin]).last?.split(separator: " ").map(String.init)
        #expect(row == ["chat", "1.0.0", "3", "serving", "7", "30", "0", "yes", "/plugins/libchat.so"])
    }

    @Test func `a plugin that takes no new calls is draining, and one whose generation has failed doesn't serve`() {
        var plugin = Samples.plugin()
        plugin.draining = true
        #expect(PluginsText.state(plugin) == "draining")
        #expect(PluginsText.state(Samples.plugin(generations: [Samples.generation(3, .failed)])) == "not serving")
    }

    @Test func `one plugin is shown with its methods and generations`() {
        var retired = Samples.generation(2, .retired, total: 1200)
        retired.resident = true
        let reloads = Streamhost_Admin_V1_ReloadCounters.with {
            $0.accepted = 2
            $0.refused = 1
            $0.callsMoved = 600
            $0.pauseUpperBoundMs = [1, 2, 5]
            $0.pauseCount = [0, 1, 1, 0]
            $0.pauseSumMs = 5.3
            $0.residentGenerations = 1
            $0.residentBytes = 1_258_291
        }
        let plugin = Samples.plugin(generations: [retired, Samples.generation(3, calls: 317, total: 5000)], reloads: reloads)
        #expect(
            PluginText.lines(plugin, now: 13_000_000) == [
                "chat 1.0.0 (streamhost-swift 0.1.0)",
                "  library     /plugins/libchat.so, watched",
                "  state       serving, generation 3",
                "  reloads     2 accepted, 1 refused, 0 rolled back",
                "  calls       600 moved, 0 pinned, 0 ended by reloads",
                "  pause       2.7 ms on average, 99 % within 5 ms",
                "  resident    1.2 MiB of 1 retired generation",
                "",
                "METHOD                     KIND              ON RELOAD",
                "chat.ChatService/JoinChat  server streaming  migrate",
                "",
                "GEN  STATE    VERSION  SHA-256          AGE  CALLS  TOTAL   MAPPED  NOTE",
                "  2  retired  1.0.0    abababababab  3h 20m      0   1200  1.2 MiB  stays mapped",
                "  3  active   1.0.0    abababababab  3h 20m    317   5000  1.2 MiB",
            ]
        )
    }

    @Test func `a plugin that was never reloaded says so`() {
        #expect(PluginText.lines(Samples.plugin(), now: 0).contains("  reloads     none yet"))
    }

    @Test func `names from the host can't draw on the terminal`() {
        var plugin = Samples.plugin("evil\u{1B}[2J")
        plugin.generations[0].reason = "\u{1B}]0;title\u{07}"
        let text = (PluginsText.lines([plugin]) + PluginText.lines(plugin, now: 0)).joined()
        #expect(!text.contains("\u{1B}") && !text.contains("\u{07}"))
    }

    @Test(
        arguments: [
            ([0, 1, 1, 0], "within 5 ms"), ([99, 1, 0, 0], "within 1 ms"), ([98, 2, 0, 0], "within 2 ms"), ([0, 0, 0, 1], "over 5 ms"),
            ([0, 0, 0, 0], nil), ([], nil),
        ] as [([Int64], String?)]
    )
    func `the 99th percentile is told by its bucket`(counts: [Int64], wanted: String?) {
        let counters = Streamhost_Admin_V1_ReloadCounters.with {
            $0.pauseUpperBoundMs = [1, 2, 5]
            $0.pauseCount = counts
        }
        #expect(PauseText.percentile(99, counters) == wanted)
    }
}
