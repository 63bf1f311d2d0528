import Foundation
import Synchronization
import Testing

@testable import FilePlugin

/// A folder for one test; removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "file-plugin-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Files and folders below, as relative paths.
    var everything: [String] {
        FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String }.sorted() ?? []
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
    }
    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }
}

/// Takes what a store reports.
final class Reports: Sendable {
    private let all = Mutex<[String]>([])
    var lines: [String] { all.withLock { $0 } }
    func take(_ line: String) { all.withLock { $0.append(line) } }
}

extension WallClock {
    /// Each answer is one nanosecond after the last.
    static func counting(from start: Int64 = 1_700_000_000_000_000_000) -> WallClock {
        let time = Counter(start)
        return WallClock { time.next() }
    }

    private final class Counter: Sendable {
        private let value: Mutex<Int64>
        init(_ start: Int64) { value = Mutex(start) }
        func next() -> Int64 {
            value.withLock { value in
                value += 1
                return value
            }
        }
    }
}

extension FileStore {
    static func open(_ folder: TemporaryFolder, reports: Reports = Reports(), durable: Bool = true) throws -> FileStore {
        try FileStore(folder: folder.path, durable: durable, clock: .counting(), report: reports.take)
    }

    @discardableResult
    func store(_ text: String, name: String = "name", type: String = "text/plain") throws -> StoredFile {
        var file = try makeIncoming()
        try file.append(Data(text.utf8))
        return try keep(file, as: FileDescription(filename: name, contentType: type))
    }

    func text(_ file: StoredFile) throws -> String? {
        guard let bytes = try open(file) else { return nil }
        var data = Data()
        try bytes.read(into: &data, count: Int(file.size), at: 0)
        return String(decoding: data, as: UTF8.self)
    }
}
