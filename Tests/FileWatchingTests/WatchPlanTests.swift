import Glibc
import Testing

@testable import FileWatching

@Suite("What it takes to watch an item")
struct WatchPlanTests {
    static let trail = Trail(
        steps: [.init(folder: "/", name: "a"), .init(folder: "/a", name: "b"), .init(folder: "/a/b", name: "x.so")],
        end: .file("/a/b/x.so")
    )

    /// Plans with a kernel that refuses one path. Watches are numbered by the length of their path.
    func plan(_ item: WatchItem = .file("x"), _ trail: Trail = trail, refusing path: String = "", _ number: Int32 = 0) -> WatchPlan {
        WatchPlan(trail, for: item) { place, _ throws(Inotify.Refusal) in
            if place == path { throw Inotify.Refusal(number: number) }
            return Int32(place.utf8.count)
        }
    }

    @Test("Each folder on the way, and the file itself")
    func file() {
        let plan = plan()
        #expect(plan.problem == nil)
        #expect(
            plan.interests == [
                1: .init(names: ["a"]), 2: .init(names: ["b"]), 4: .init(names: ["x.so"], lastName: "x.so"),
                9: .init(isFile: true),
            ]
        )
    }

    @Test("A folder that two names are looked up in is one watch")
    func oneFolder() {
        let trail = Trail(steps: [.init(folder: "/", name: "link"), .init(folder: "/", name: "x.so")], end: .missing)
        #expect(plan(.file("x"), trail).interests == [1: .init(names: ["link", "x.so"], lastName: "x.so")])
    }

    @Test("A folder that is missing on the way isn't taken for the file")
    func missingFolder() {
        let trail = Trail(steps: [.init(folder: "/", name: "a")], end: .nothing)
        #expect(plan(.file("x"), trail).interests == [1: .init(names: ["a"])])
    }

    @Test("A watched folder is watched for all its entries")
    func folder() {
        let trail = Trail(steps: [.init(folder: "/", name: "a")], end: .folder("/a"))
        #expect(plan(.folder("x"), trail).interests[2] == .init(isFolder: true))
    }

    @Test("A folder that may not be read is a problem only where the file is")
    func unreadable() {
        #expect(plan(refusing: "/a", EACCES).problem == nil)
        #expect(plan(refusing: "/a/b/x.so", EACCES).problem == nil)
        #expect(plan(refusing: "/a/b", EACCES).problem == "/a/b: this user may not read the folder")
    }

    @Test("What is gone since it was seen is no problem, the system's limit is")
    func refusals() {
        #expect(plan(refusing: "/a", ENOENT).problem == nil)
        #expect(plan(refusing: "/a/b", ENOTDIR).problem == nil)
        #expect(plan(refusing: "/a", ENOSPC).problem?.contains("fs.inotify.max_user_watches") == true)
        #expect(plan(refusing: "/a", Inotify.Refusal.ownLimit).problem?.contains("8192 watches") == true)
    }
}
