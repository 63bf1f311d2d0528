import Testing

@testable import FileWatching

@Suite("Where a path leads through")
struct TrailTests {
    /// A file system in a table; folders are those that something is in.
    func follow(_ path: String, files: [String] = [], links: [String: String] = [:]) -> Trail {
        Trail.follow(path) { place in
            if let target = links[place] { return .link(target) }
            if files.contains(place) { return .file }
            let isFolder = (files + links.keys).contains { $0.hasPrefix(place + "/") }
            return isFolder ? .folder : .absent
        }
    }

    func steps(_ trail: Trail) -> [String] {
        trail.steps.map { "\($0.folder) \($0.name)" }
    }

    @Test("Through each folder from the root on")
    func plain() {
        let trail = follow("/a/./b//x.so", files: ["/a/b/x.so"])
        #expect(steps(trail) == ["/ a", "/a b", "/a/b x.so"])
        #expect(trail.end == .file("/a/b/x.so"))
    }

    @Test("Behind a link, through the folders of its target too")
    func links() {
        let trail = follow(
            "/p/.build/release/x.so",
            files: ["/p/.build/x86/release/x.so"],
            links: ["/p/.build/release": "x86/release"]
        )
        #expect(
            steps(trail) == [
                "/ p", "/p .build", "/p/.build release", "/p/.build x86", "/p/.build/x86 release",
                "/p/.build/x86/release x.so",
            ]
        )
        #expect(trail.end == .file("/p/.build/x86/release/x.so"))
    }

    @Test("An absolute link begins at the root, and a file can be one")
    func absoluteLink() {
        let trail = follow("/plugins/x.so", files: ["/opt/x.so"], links: ["/plugins/x.so": "/opt/x.so"])
        #expect(steps(trail) == ["/ plugins", "/plugins x.so", "/ opt", "/opt x.so"])
        #expect(trail.end == .file("/opt/x.so"))
    }

    @Test("Two dots behind a link lead to the parent of its target")
    func parents() {
        let trail = follow("/a/link/../x.so", files: ["/b/x.so", "/b/c/y"], links: ["/a/link": "../b/c"])
        #expect(trail.end == .file("/b/x.so"))
        #expect(follow("/../../x.so", files: ["/x.so"]).end == .file("/x.so"))
    }

    @Test("It ends where something is missing, in the nearest folder that exists")
    func missing() {
        let trail = follow("/a/b/c/x.so", files: ["/a/y"])
        #expect(steps(trail) == ["/ a", "/a b"])
        #expect(trail.end == .nothing)
        #expect(follow("/a/x.so", files: ["/a/y"]).end == .missing)
    }

    @Test("A file where a folder is needed leads nowhere")
    func fileOnTheWay() {
        #expect(follow("/a/x.so/y", files: ["/a/x.so"]).end == .nothing)
    }

    @Test("A folder is an end too")
    func folder() {
        #expect(follow("/a/", files: ["/a/x.so"]).end == .folder("/a"))
        #expect(follow("/").end == .folder("/"))
    }

    @Test("Links in a circle lead nowhere")
    func circle() {
        let trail = follow("/a/x", links: ["/a/x": "y", "/a/y": "x"])
        #expect(trail.end == .nothing)
        #expect(trail.steps.count == 1 + Trail.maximumLinks + 1)
    }

    @Test("A folder's libraries are neither hidden nor half-made")
    func names() {
        let names = [
            "libx.so", "x.so", ".libx.so", ".so", "libx.so.new", "libx.so.tmp", "libx.so~", "libx.so.1", "libx.a", "so", "",
        ]
        #expect(names.filter(PathText.isLibraryName) == ["libx.so", "x.so"])
    }
}
