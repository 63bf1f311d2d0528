import Testing

@testable import FileWatching

@Suite("Watched folders", .timeLimit(.minutes(2)))
struct WatchedFolderTests {
    let folder: TemporaryFolder
    let events: WatchedEvents
    let plugins: String

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("plugins")
        events = try WatchedEvents()
        plugins = folder.at("plugins")
    }

    @Test("New and changed libraries are told of, those that were there and other files are not")
    func libraries() async throws {
        try folder.write("1", to: "plugins/liba.so")
        try folder.write("1", to: "plugins/libb.so")
        events.watcher.watch(folder: plugins)
        for name in ["README", ".libc.so", "libc.so.new", "libc.so.tmp", "libc.so~", "libc.a"] {
            try folder.write("1", to: "plugins/\(name)")
        }
        try folder.makeFolder("plugins/folder.so")
        try await events.expectNothingMore(folder)

        try folder.write("2", to: "plugins/libb.so")
        #expect(await events.next() == .settled("\(plugins)/libb.so"))
        try folder.write("1", to: "plugins/libc.so")
        #expect(await events.next() == .settled("\(plugins)/libc.so"))
        folder.rename("plugins/libc.so.new", to: "plugins/libc.so")
        #expect(await events.next() == .settled("\(plugins)/libc.so"))
        try await events.expectNothingMore(folder)
    }

    @Test("A library that is deleted is told of, and again when it comes back")
    func removed() async throws {
        try folder.write("1", to: "plugins/liba.so")
        events.watcher.watch(folder: plugins)
        try folder.remove("plugins/liba.so")
        #expect(await events.next() == .removed("\(plugins)/liba.so"))
        try folder.write("1", to: "plugins/liba.so")
        #expect(await events.next() == .settled("\(plugins)/liba.so"))
        try folder.write("2", to: "plugins/liba.so")
        #expect(await events.next() == .settled("\(plugins)/liba.so"))
    }

    @Test("A folder that is deleted and made again is followed")
    func remade() async throws {
        try folder.write("1", to: "plugins/liba.so")
        events.watcher.watch(folder: plugins)
        try folder.remove("plugins")
        #expect(await events.next() == .removed("\(plugins)/liba.so"))
        try folder.makeFolder("plugins")
        try folder.write("2", to: "plugins/libb.so")
        #expect(await events.next() == .settled("\(plugins)/libb.so"))
        try folder.write("2", to: "plugins/liba.so")
        #expect(await events.next() == .settled("\(plugins)/liba.so"))
        try await events.expectNothingMore(folder)
    }

    @Test("A folder that doesn't exist yet is waited for, and may come with libraries in it")
    func missing() async throws {
        let later = folder.at("later/plugins/")
        events.watcher.watch(folder: later)
        try folder.makeFolder("made/plugins")
        try folder.write("1", to: "made/plugins/liba.so")
        folder.rename("made", to: "later")
        #expect(await events.next() == .settled("\(later)liba.so"))
        try await events.expectNothingMore(folder)
    }

    @Test("A link to a folder is followed when it is repointed")
    func repointed() async throws {
        try folder.makeFolder("other")
        try folder.write("1", to: "plugins/liba.so")
        try folder.write("2", to: "other/liba.so")
        try folder.write("2", to: "other/libb.so")
        folder.link("current", to: "plugins")
        let current = folder.at("current")
        events.watcher.watch(folder: current)
        folder.link("next", to: "other")
        folder.rename("next", to: "current")
        let both = [await events.next(), await events.next()]
        #expect(Set(both) == [.settled("\(current)/liba.so"), .settled("\(current)/libb.so")])
        try await events.expectNothingMore(folder)
    }

    @Test("A library that is a link to a build is followed there")
    func linkedLibrary() async throws {
        try folder.makeFolder("build")
        try folder.write("1", to: "build/liba.so")
        folder.link("plugins/liba.so", to: "../build/liba.so")
        events.watcher.watch(folder: plugins)
        try folder.write("2", to: "build/liba.so")
        #expect(await events.next() == .settled("\(plugins)/liba.so"))
        try await events.expectNothingMore(folder)
    }

    @Test("A library that is watched by itself too is told of once, and stays watched without its folder")
    func both() async throws {
        try folder.write("1", to: "plugins/liba.so")
        events.watcher.watch(folder: plugins)
        events.watcher.watch(file: "\(plugins)/liba.so")
        try folder.write("2", to: "plugins/liba.so")
        #expect(await events.next() == .settled("\(plugins)/liba.so"))
        try await events.expectNothingMore(folder)

        events.watcher.unwatch(folder: plugins)
        try folder.write("1", to: "plugins/libb.so")
        try folder.write("3", to: "plugins/liba.so")
        #expect(await events.next() == .settled("\(plugins)/liba.so"))
        try await events.expectNothingMore(folder)
    }

    @Test("Many libraries at once are each told of once")
    func many() async throws {
        events.watcher.watch(folder: plugins)
        for number in 0..<200 { try folder.write("1", to: "plugins/lib\(number).so") }
        var told: [FileWatcher.Event: Int] = [:]
        for _ in 0..<200 {
            if let event = await events.next() { told[event, default: 0] += 1 }
        }
        #expect(told.count == 200)
        try await events.expectNothingMore(folder)
    }
}
