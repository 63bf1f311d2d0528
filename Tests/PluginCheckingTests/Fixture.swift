import Foundation

/// A plugin of Tests/Fixtures, compiled for the test.
struct Fixture {
    let path: String

    init(_ name: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("streamhost-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("lib\(name).so").path
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let fixtures = repository.appendingPathComponent("Tests/Fixtures")
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments = [
            "cc", "-std=c11", "-Wall", "-Wno-unused", "-Werror", "-fPIC", "-shared", "-pthread",
            "-I", repository.appendingPathComponent("Sources/CStreamHost/include").path, "-I", fixtures.path,
            "-o", path, fixtures.appendingPathComponent("\(name).c").path,
        ]
        try compiler.run()
        compiler.waitUntilExit()
        guard compiler.terminationStatus == 0 else { throw Failure(reason: "cc failed for \(name)") }
    }

    func remove() {
        try? FileManager.default.removeItem(at: URL(fileURLWithPath: path).deletingLastPathComponent())
    }

    struct Failure: Error { let reason: String }

    /// The host's executable, which is built beside the tests.
    static let executable = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("streamhost").path

    /// Every fixture there is.
    static var all: Set<String> {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "Fixtures"
        )
        let files = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.path)) ?? []
        return Set(files.filter { $0.hasSuffix(".c") }.map { String($0.dropLast(2)) })
    }
}
