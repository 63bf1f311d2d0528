import Logging
import Testing

@testable import HostConfiguration

@Suite("What a configuration that is read again changes")
struct ConfigurationChangeTests {
    typealias Plugin = HostConfiguration.Plugin
    typealias Folder = HostConfiguration.PluginFolder

    func changes(_ before: [Plugin], _ after: [Plugin]) -> [ConfigurationChange] {
        var old = HostConfiguration()
        var new = HostConfiguration()
        old.plugins = before
        new.plugins = after
        return ConfigurationChange.changes(from: old, to: new)
    }

    func changes(_ edit: (inout HostConfiguration) -> Void) -> [ConfigurationChange] {
        var edited = HostConfiguration()
        edit(&edited)
        return ConfigurationChange.changes(from: HostConfiguration(), to: edited)
    }

    @Test("Nothing, if nothing changed")
    func same() throws {
        let text = """
            {"plugins": [{"library": "a.so", "name": "a", "config": {"x": 1}, "watch": true}],
             "pluginFolders": [{"folder": "p"}], "threads": 2}
            """
        #expect(try ConfigurationChange.changes(from: load(text), to: load(text)) == [])
    }

    @Test("Neither the order of plugins nor the spelling of a path is a change")
    func spelling() {
        #expect(changes([Plugin(path: "a.so"), Plugin(path: "b.so")], [Plugin(path: "./b.so"), Plugin(path: "a.so")]) == [])
    }

    @Test("Plugins come and go, and what goes goes first")
    func addedAndRemoved() {
        let gone = Plugin(path: "a.so")
        let new = Plugin(path: "b.so", name: "b")
        #expect(changes([gone], [new]) == [.pluginRemoved(gone), .pluginAdded(new)])
    }

    @Test("A plugin with another configuration is replaced, and its watch goes with it")
    func config() {
        let before = Plugin(path: "a.so", config: ["x": 1])
        let after = Plugin(path: "a.so", config: ["x": 2], watch: true)
        #expect(changes([before], [after]) == [.pluginReplaced(before: before, after: after)])
    }

    @Test("A plugin with the same name and another library is replaced")
    func library() {
        let before = Plugin(path: "v1/a.so", name: "a")
        let after = Plugin(path: "v2/a.so", name: "a")
        #expect(changes([before], [after]) == [.pluginReplaced(before: before, after: after)])
    }

    @Test("A plugin that gets a name is the one at its path; one with another name is another")
    func names() {
        let unnamed = Plugin(path: "a.so")
        let named = Plugin(path: "a.so", name: "a")
        let renamed = Plugin(path: "a.so", name: "b")
        #expect(changes([unnamed], [named]) == [.pluginReplaced(before: unnamed, after: named)])
        #expect(changes([named], [unnamed]) == [.pluginReplaced(before: named, after: unnamed)])
        #expect(changes([named], [renamed]) == [.pluginRemoved(named), .pluginAdded(renamed)])
    }

    @Test("Two names that change places stay with their names")
    func swapped() {
        let before = [Plugin(path: "a.so", name: "x"), Plugin(path: "b.so", name: "y")]
        let after = [Plugin(path: "b.so", name: "x"), Plugin(path: "a.so", name: "y")]
        #expect(
            changes(before, after) == [
                .pluginReplaced(before: before[0], after: after[0]), .pluginReplaced(before: before[1], after: after[1]),
            ]
        )
    }

    @Test("A name goes before a path, and each plugin has one partner")
    func onePartner() {
        let before = [Plugin(path: "a.so", name: "x")]
        let after = [Plugin(path: "a.so"), Plugin(path: "b.so", name: "x")]
        #expect(
            changes(before, after) == [.pluginReplaced(before: before[0], after: after[1]), .pluginAdded(after[0])]
        )
    }

    @Test("Watching alone is told as that")
    func watch() {
        let after = Plugin(path: "a.so", watch: true)
        #expect(changes([Plugin(path: "a.so")], [after]) == [.watchChanged(after)])
        #expect(changes { $0.watch = true } == [.watchAll(true)])
    }

    @Test("Folders come, go and are watched otherwise")
    func folders() {
        var before = HostConfiguration()
        var after = HostConfiguration()
        before.pluginFolders = [Folder(path: "a"), Folder(path: "b"), Folder(path: "c", watch: true)]
        after.pluginFolders = [Folder(path: "d"), Folder(path: "./b", watch: true), Folder(path: "c", watch: true)]
        #expect(
            ConfigurationChange.changes(from: before, to: after) == [
                .folderRemoved(Folder(path: "a")), .folderAdded(Folder(path: "d")),
                .folderWatchChanged(Folder(path: "./b", watch: true)),
            ]
        )
    }

    @Test("Settings that can change while running come with their new values")
    func settings() {
        var limits = HostConfiguration.Limits()
        limits.maxConnections = 5
        var reload = HostConfiguration.Reload()
        reload.maxGenerations = 3
        var shutdown = HostConfiguration.Shutdown()
        shutdown.drainSeconds = 1
        let found = changes {
            $0.limits = limits
            $0.reload = reload
            $0.shutdown = shutdown
            $0.log.level = .debug
        }
        #expect(found == [.logLevel(.debug), .limits(limits), .reload(reload), .shutdown(shutdown)])
    }

    @Test("What can't change while running is named")
    func restart() {
        let found = changes {
            $0.listeners = []
            $0.threads = 3
            $0.log.format = .json
            $0.admin.socket = "off"
            $0.metrics.address = "127.0.0.1:1"
            $0.dataDirectory = "elsewhere"
        }
        let keys = ["listeners", "threads", "log.format", "metrics.address", "admin.socket", "dataDirectory"]
        #expect(found == keys.map { .needsRestart(key: $0) })
    }

    @Test("Each setting is noticed", arguments: Setting.all.map(\.environmentName))
    func eachSetting(name: String) throws {
        let setting = try #require(Setting.all.first { $0.environmentName == name })
        let value =
            switch setting.kind {
            case .integer(_, let range): "\(range.upperBound - 1)"
            case .number(_, let range): "\(range.upperBound / 2)"
            case .bool(let field): HostConfiguration()[keyPath: field] ? "false" : "true"
            case .choice(let choice): try #require(choice.words.last)
            case .text: "elsewhere"
            case .address: "127.0.0.1:1"
            }
        let changed = try load(environment: [name: value])
        #expect(ConfigurationChange.changes(from: HostConfiguration(), to: changed).count == 1)
    }

    @Test("All at once comes in the order in which it is applied")
    func order() {
        var before = HostConfiguration()
        var after = HostConfiguration()
        before.plugins = [Plugin(path: "kept.so"), Plugin(path: "changed.so"), Plugin(path: "gone.so")]
        before.pluginFolders = [Folder(path: "gone"), Folder(path: "kept")]
        after.plugins = [Plugin(path: "new.so"), Plugin(path: "changed.so", config: ["a": 1]), Plugin(path: "kept.so", watch: true)]
        after.pluginFolders = [Folder(path: "new"), Folder(path: "kept", watch: true)]
        after.threads = 9
        after.log.level = .error
        after.shutdown.drainSeconds = 0.5
        #expect(
            ConfigurationChange.changes(from: before, to: after).map(\.description) == [
                "log.level is error now",
                "shutdown.drainSeconds is 0.5 now",
                "plugin gone.so removed",
                "plugin folder gone removed",
                "plugin changed.so replaced: its config changed",
                "plugin new.so added",
                "plugin folder new added",
                "plugin kept.so is watched now",
                "plugin folder kept is watched now",
                "threads changed, which takes a restart of the host; until then the old value stays",
            ]
        )
    }

    @Test("A replaced plugin's description says what changed, but not the values of its configuration")
    func descriptions() {
        let before = Plugin(path: "a.so", config: ["token": "secret"])
        let after = Plugin(path: "a.so", name: "a", config: ["token": "other"])
        #expect(
            ConfigurationChange.pluginReplaced(before: before, after: after).description
                == "plugin a.so replaced: its name is a now, its config changed"
        )
        #expect(
            ConfigurationChange.pluginReplaced(before: after, after: Plugin(path: "b.so", name: "a")).description
                == "plugin a (a.so) replaced: its library is b.so now, its config changed"
        )
    }
}
