import Foundation
import Glibc
import Testing

@testable import FileWatching

/// With real files. They wait for events as long as it takes, and say nothing about how long that is.
@Suite("Watched files", .timeLimit(.minutes(2)))
struct WatchedFileTests {
    let folder: TemporaryFolder
    let events: WatchedEvents
    let library: String

    init() throws {
        folder = try TemporaryFolder()
        events = try WatchedEvents()
        library = folder.at("libx.so")
    }

    @Test("What was there before is known, and what happens beside it is no event")
    func unrelated() async throws {
        try folder.write("1", to: "libx.so")
        events.watcher.watch(file: library)
        try folder.write("1", to: "liby.so")
        try folder.write("1", to: "libx.so.tmp")
        try await events.expectNothingMore(folder)
    }

    @Test("A file that is overwritten in place by many small writes is told of once, at the end")
    func manyWrites() async throws {
        let events = try WatchedEvents(settle: .milliseconds(500))
        try folder.write("old", to: "libx.so")
        events.watcher.watch(file: library)
        let descriptor = open(library, O_WRONLY | O_TRUNC)
        for byte in UInt8(0)..<40 {
            var byte = byte
            #expect(write(descriptor, &byte, 1) == 1)
            // Far below the patience for an open file, so that even a slow machine stays within it.
            try await Task.sleep(for: .milliseconds(20))
        }
        close(descriptor)
        #expect(await events.next() == .settled(library))
        #expect(try Data(contentsOf: URL(fileURLWithPath: library)).count == 40)
        try await events.expectNothingMore(folder)
    }

    @Test("A file that nobody closes is told of too")
    func neverClosed() async throws {
        events.watcher.watch(file: library)
        let descriptor = open(library, O_WRONLY | O_CREAT, 0o644)
        defer { close(descriptor) }
        var byte: UInt8 = 1
        #expect(write(descriptor, &byte, 1) == 1)
        #expect(await events.next() == .settled(library))
    }

    @Test("A file that is renamed into place is told of, each time")
    func renamed() async throws {
        try folder.write("0", to: "libx.so")
        events.watcher.watch(file: library)
        for round in 1...3 {
            try folder.write("\(round)", to: "libx.so.new")
            folder.rename("libx.so.new", to: "libx.so")
            #expect(await events.next() == .settled(library))
        }
        try await events.expectNothingMore(folder)
    }

    @Test("A real library that is copied over another is told of once, when it is whole")
    func copied() async throws {
        try folder.write("old", to: "libx.so")
        events.watcher.watch(file: library)
        let source = try #require(Self.systemLibrary)
        try folder.run("cp", source, library)
        #expect(await events.next() == .settled(library))
        #expect(FileManager.default.contentsEqual(atPath: source, andPath: library))
        try await events.expectNothingMore(folder)
    }

    /// The C library, which each system has somewhere.
    static let systemLibrary: String? = [
        "/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6", "/lib/libc.so.6",
    ].first { path in access(path, R_OK) == 0 }

    @Test("A file that is deleted and made again is told of once")
    func recreated() async throws {
        try folder.write("1", to: "libx.so")
        events.watcher.watch(file: library)
        try folder.remove("libx.so")
        try folder.write("2", to: "libx.so")
        #expect(await events.nextSettled() == .settled(library))
        try await events.expectNothingMore(folder)
    }

    @Test("A deletion is told, and so is the file that comes later")
    func removed() async throws {
        try folder.write("1", to: "libx.so")
        events.watcher.watch(file: library)
        try folder.remove("libx.so")
        #expect(await events.next() == .removed(library))
        try folder.write("2", to: "libx.so")
        #expect(await events.next() == .settled(library))
        try await events.expectNothingMore(folder)
    }

    @Test("A write through another hard link, in a folder that isn't watched, is noticed")
    func writtenThroughHardLink() async throws {
        try folder.makeFolder("out")
        try folder.write("1", to: "out/libx.so")
        #expect(link(folder.at("out/libx.so"), library) == 0)
        events.watcher.watch(file: library)
        let descriptor = open(folder.at("out/libx.so"), O_WRONLY | O_TRUNC)
        var byte: UInt8 = 2
        #expect(write(descriptor, &byte, 1) == 1)
        close(descriptor)
        #expect(await events.next() == .settled(library))
    }

    @Test("A hard link that is made in place is noticed")
    func hardLinked() async throws {
        try folder.write("1", to: "built.so")
        events.watcher.watch(file: library)
        #expect(link(folder.at("built.so"), library) == 0)
        #expect(await events.next() == .settled(library))
    }

    @Test("A path that is no longer watched is no event")
    func unwatched() async throws {
        try folder.write("1", to: "libx.so")
        events.watcher.watch(file: library)
        events.watcher.unwatch(file: library)
        try folder.write("2", to: "libx.so")
        try await events.expectNothingMore(folder)
    }

    @Test("A watcher that is stopped tells nothing more, and can be stopped again")
    func stopped() async throws {
        events.watcher.watch(file: library)
        events.watcher.stop()
        events.watcher.stop()
        try folder.write("2", to: "libx.so")
        events.watcher.watch(file: library)
        events.watcher.setSettle(.seconds(1))
        events.watcher.unwatch(file: library)
    }

    @Test("A relative path is told of as it was given")
    func relative() async throws {
        // The current folder is the process's, so the path leads up from there and down again.
        let up = FileManager.default.currentDirectoryPath.split(separator: "/").map { _ in "../" }.joined()
        let relative = up + folder.at("./libx.so").dropFirst()
        events.watcher.watch(file: relative)
        try folder.write("1", to: "libx.so")
        #expect(await events.next() == .settled(relative))
    }

    @Test("Two spellings of one file are both told of")
    func twoSpellings() async throws {
        let other = folder.at("./libx.so")
        events.watcher.watch(file: library)
        events.watcher.watch(file: other)
        try folder.write("1", to: "libx.so")
        let both = [await events.next(), await events.next()]
        #expect(Set(both) == [.settled(library), .settled(other)])
    }
}
