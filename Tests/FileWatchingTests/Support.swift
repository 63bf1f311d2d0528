import Foundation
import Glibc
import Synchronization
import Testing

@testable import FileWatching

/// A folder for one test; removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "file-watching-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func at(_ name: String) -> String { "\(path)/\(name)" }

    /// Overwrites in place, or creates.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: at(name)))
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: at(name), withIntermediateDirectories: true)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: at(name))
    }

    /// As mv does: over what is there.
    func rename(_ from: String, to target: String) {
        #expect(Glibc.rename(at(from), at(target)) == 0)
    }

    func link(_ name: String, to target: String) {
        #expect(symlink(target, at(name)) == 0)
    }

    func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}

/// A watcher whose events are waited for one after the other.
final class WatchedEvents: Sendable {
    let watcher: FileWatcher
    private let stream: AsyncStream<FileWatcher.Event>

    init(settle: Duration = .milliseconds(200)) throws {
        let (stream, continuation) = AsyncStream.makeStream(of: FileWatcher.Event.self)
        self.stream = stream
        watcher = try FileWatcher(settle: settle) { continuation.yield($0) }
    }

    /// The next event. The test's time limit ends a wait for one that doesn't come.
    func next() async -> FileWatcher.Event? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }

    /// The next file that has settled. Where a file goes away for a moment, a slow machine may make it long enough to be
    /// told of.
    func nextSettled() async -> FileWatcher.Event? {
        while let event = await next() {
            if case .removed = event { continue }
            return event
        }
        return nil
    }

    /// Nothing else was told: the next event is that of a file that is written only now.
    func expectNothingMore(_ folder: TemporaryFolder, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let fence = folder.at("fence-\(UUID().uuidString)")
        watcher.watch(file: fence)
        try Data("fence".utf8).write(to: URL(fileURLWithPath: fence))
        #expect(await next() == .settled(fence), sourceLocation: sourceLocation)
        watcher.unwatch(file: fence)
    }
}
