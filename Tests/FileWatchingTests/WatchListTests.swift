import Testing

@testable import FileWatching

/// Without the watcher's thread: notices and times are the test's.
@Suite("The list of what is watched")
struct WatchListTests {
    let folder: TemporaryFolder
    let inotify: Inotify

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("plugins")
        inotify = try Inotify()
    }

    func list() -> WatchList {
        WatchList(inotify: inotify, settle: .seconds(1))
    }

    /// Takes what the kernel has to say, and looks after all patience is over.
    func events(of list: inout WatchList, at seconds: Int) -> [FileWatcher.Event] {
        list.take(inotify.read(), now: .seconds(seconds))
        return list.lookAtDue(now: .seconds(seconds + 50))
    }

    @Test("After a full queue, all is looked at again")
    func overflow() throws {
        var list = list()
        try folder.write("1", to: "plugins/liba.so")
        list.watch(folder: folder.at("plugins"))
        list.watch(file: folder.at("libx.so"))
        try folder.write("2", to: "plugins/liba.so.new")
        folder.rename("plugins/liba.so.new", to: "plugins/liba.so")
        try folder.write("1", to: "plugins/libb.so")
        try folder.write("1", to: "libx.so")
        // The kernel's notices are lost.
        while !inotify.read().isEmpty {}
        list.take([.init(watch: -1, mask: .overflow, name: nil)], now: .seconds(0))
        #expect(
            Set(list.lookAtDue(now: .seconds(50))) == [
                .settled(folder.at("plugins/liba.so")), .settled(folder.at("plugins/libb.so")),
                .settled(folder.at("libx.so")),
            ]
        )
    }

    @Test("What is no longer watched takes no watches of the system's")
    func watchesGivenBack() throws {
        var list = list()
        let missing = folder.at("a/b/libx.so")
        list.watch(file: missing)
        let alone = list.points.count
        try folder.write("1", to: "plugins/liba.so")
        list.watch(folder: folder.at("plugins"))
        list.watch(file: folder.at("plugins/liba.so"))
        #expect(list.points.count > alone)
        list.unwatch(folder: folder.at("plugins"))
        list.unwatch(file: folder.at("plugins/liba.so"))
        #expect(list.points.count == alone)
        list.unwatch(file: missing)
        #expect(list.points.count == 0)
        #expect(list.files.isEmpty)
    }

    @Test("Names that come and go in a folder don't pile up")
    func namesGivenBack() throws {
        var list = list()
        list.watch(folder: folder.at("plugins"))
        let before = list.points.count
        for round in 0..<20 {
            try folder.write("1", to: "plugins/lib\(round).so")
            list.take(inotify.read(), now: .seconds(round))
            try folder.remove("plugins/lib\(round).so")
            list.take(inotify.read(), now: .seconds(round))
        }
        #expect(list.lookAtDue(now: .seconds(1000)) == [])
        #expect(list.files.isEmpty)
        #expect(list.points.count == before)
        #expect(list.settling.nextLook == nil)
    }

    @Test("Names that came and went before anyone looked leave nothing behind")
    func shortLived() throws {
        var list = list()
        list.watch(folder: folder.at("plugins"))
        try folder.write("1", to: "plugins/liba.so")
        try folder.remove("plugins/liba.so")
        list.take(inotify.read(), now: .seconds(0))
        #expect(list.files.isEmpty)
    }

    @Test("A folder that is rebuilt again and again keeps as many watches")
    func rebuilt() throws {
        var list = list()
        let library = folder.at("build/release/libx.so")
        try folder.makeFolder("build/release")
        try folder.write("0", to: "build/release/libx.so")
        list.watch(file: library)
        let before = list.points.count
        for round in 1...10 {
            try folder.remove("build")
            #expect(events(of: &list, at: round * 100) == [.removed(library)])
            try folder.makeFolder("build/release")
            try folder.write("\(round)", to: "build/release/libx.so")
            #expect(events(of: &list, at: round * 100 + 50) == [.settled(library)])
        }
        #expect(list.points.count == before)
    }

    @Test("Watching twice is watching once")
    func twice() throws {
        var list = list()
        let library = folder.at("libx.so")
        list.watch(file: library)
        list.watch(file: library)
        list.watch(folder: folder.at("plugins"))
        list.watch(folder: folder.at("plugins"))
        try folder.write("1", to: "libx.so")
        #expect(events(of: &list, at: 0) == [.settled(library)])
        list.unwatch(file: library)
        list.unwatch(file: library)
        #expect(list.files.isEmpty)
    }

    @Test("A build that makes the link to its folder anew at its end is told of no later for that")
    func linkMadeAnew() throws {
        var list = list()
        try folder.makeFolder("x86/debug")
        folder.link("debug", to: "x86/debug")
        let library = folder.at("debug/libx.so")
        list.watch(file: library)
        try folder.write("1", to: "x86/debug/libx.so")
        list.take(inotify.read(), now: .seconds(0))
        try folder.remove("debug")
        list.take(inotify.read(), now: .seconds(0))
        folder.link("debug", to: "x86/debug")
        list.take(inotify.read(), now: .seconds(0))
        #expect(list.lookAtDue(now: .seconds(1)) == [.settled(library)])
    }

    @Test("A file that was found young is waited for longer than an old one")
    func age() throws {
        var list = list()
        for name in ["young", "old"] {
            try folder.makeFolder("\(name).made")
            try folder.write("1", to: "\(name).made/libx.so")
            list.watch(file: folder.at("\(name)/libx.so"))
        }
        try folder.run("touch", "-d", "2001-01-01", folder.at("old.made/libx.so"))
        try folder.run("touch", "-d", "tomorrow", folder.at("young.made/libx.so"))
        for name in ["young", "old"] { folder.rename("\(name).made", to: name) }
        list.take(inotify.read(), now: .seconds(0))
        #expect(list.lookAtDue(now: .seconds(1)) == [.settled(folder.at("old/libx.so"))])
        #expect(list.lookAtDue(now: .seconds(10)) == [.settled(folder.at("young/libx.so"))])
    }
}
