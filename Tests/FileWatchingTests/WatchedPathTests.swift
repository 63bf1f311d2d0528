import Glibc
import Testing

@testable import FileWatching

/// What happens on the way to a file.
@Suite("Watched paths", .timeLimit(.minutes(2)))
struct WatchedPathTests {
    let folder: TemporaryFolder
    let events: WatchedEvents

    init() throws {
        folder = try TemporaryFolder()
        events = try WatchedEvents()
    }

    @Test("Folders that don't exist yet are waited for")
    func missingFolders() async throws {
        let library = folder.at("a/b/c/libx.so")
        events.watcher.watch(file: library)
        try folder.makeFolder("a/b/c")
        try folder.write("1", to: "a/b/c/libx.so")
        #expect(await events.next() == .settled(library))
        try await events.expectNothingMore(folder)
    }

    @Test("A folder that is deleted and made again is followed, as after a clean build")
    func cleanBuild() async throws {
        try folder.makeFolder("build/release")
        try folder.write("1", to: "build/release/libx.so")
        let library = folder.at("build/release/libx.so")
        events.watcher.watch(file: library)
        try folder.remove("build")
        #expect(await events.next() == .removed(library))
        try folder.makeFolder("build/release")
        try folder.write("2", to: "build/release/libx.so")
        #expect(await events.next() == .settled(library))
        try folder.write("3", to: "build/release/libx.so")
        #expect(await events.next() == .settled(library))
        try await events.expectNothingMore(folder)
    }

    @Test("A folder high above that is moved away and replaced is followed")
    func movedFolder() async throws {
        try folder.makeFolder("a/b")
        try folder.makeFolder("other/b")
        try folder.write("1", to: "a/b/libx.so")
        try folder.write("2", to: "other/b/libx.so")
        let library = folder.at("a/b/libx.so")
        events.watcher.watch(file: library)
        folder.rename("a", to: "old")
        folder.rename("other", to: "a")
        #expect(await events.nextSettled() == .settled(library))
        try folder.write("3", to: "old/b/libx.so")
        try await events.expectNothingMore(folder)
    }

    @Test("A folder that is a link is followed to its target, and to another one when it is repointed")
    func repointedFolder() async throws {
        for name in ["v1", "v2"] {
            try folder.makeFolder("build/\(name)/release")
            try folder.write(name, to: "build/\(name)/release/libx.so")
        }
        folder.link("build/release", to: "v1/release")
        let library = folder.at("build/release/libx.so")
        events.watcher.watch(file: library)

        try folder.write("v1 again", to: "build/v1/release/libx.so")
        #expect(await events.nextSettled() == .settled(library))

        try folder.remove("build/release")
        folder.link("build/release", to: "v2/release")
        #expect(await events.nextSettled() == .settled(library))

        // As `ln -sfn` and deployment tools do: without a moment in which there is none.
        folder.link("build/next", to: "v1/release")
        folder.rename("build/next", to: "build/release")
        #expect(await events.nextSettled() == .settled(library))

        try folder.write("v2 again", to: "build/v2/release/libx.so")
        try await events.expectNothingMore(folder)
    }

    @Test("A file that is a link is followed, to where it points and when it is repointed")
    func repointedFile() async throws {
        try folder.makeFolder("out")
        try folder.write("1", to: "out/libx.so.1")
        try folder.write("2", to: "out/libx.so.2")
        folder.link("libx.so", to: "out/libx.so.1")
        let library = folder.at("libx.so")
        events.watcher.watch(file: library)
        try folder.write("1 again", to: "out/libx.so.1")
        #expect(await events.nextSettled() == .settled(library))
        try folder.remove("libx.so")
        folder.link("libx.so", to: "out/libx.so.2")
        #expect(await events.nextSettled() == .settled(library))
        try await events.expectNothingMore(folder)
    }

    @Test("A link that leads nowhere is waited for")
    func danglingLink() async throws {
        folder.link("libx.so", to: "out/libx.so")
        let library = folder.at("libx.so")
        events.watcher.watch(file: library)
        try folder.makeFolder("out")
        try folder.write("1", to: "out/libx.so")
        #expect(await events.next() == .settled(library))
    }

    @Test("Links in a circle are no crash, and are followed once they lead somewhere")
    func circle() async throws {
        folder.link("a", to: "b")
        folder.link("b", to: "a")
        let library = folder.at("a")
        events.watcher.watch(file: library)
        try folder.remove("b")
        try folder.write("1", to: "b")
        #expect(await events.next() == .settled(library))
    }
}
