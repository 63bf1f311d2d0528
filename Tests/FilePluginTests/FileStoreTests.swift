import Foundation
import Testing

@testable import FilePlugin

@Suite struct FileStoreTests {
    private let folder: TemporaryFolder
    private let reports = Reports()

    init() throws { folder = try TemporaryFolder() }

    private func open(durable: Bool = true) throws -> FileStore {
        try .open(folder, reports: reports, durable: durable)
    }

    private var incoming: [String] { folder.everything.filter { $0.hasPrefix("incoming/") } }

    @Test(arguments: [true, false])
    func `a stored file is found, listed and read`(durable: Bool) throws {
        let store = try open(durable: durable)
        let file = try store.store("hello")
        // printf hello | sha256sum
        #expect(file.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(file.size == 5)
        #expect(try store.find(file.id) == file)
        #expect(try store.text(file) == "hello")
        #expect(store.list(try Page(number: 1, size: 1)).files == [file])
        #expect(
            folder.everything == [
                "files", "files/\(file.id)", "files/\(file.id)/data", "files/\(file.id)/record.json", "incoming",
            ]
        )
    }

    @Test func `files persist, with names of any kind, in the same order`() throws {
        let names = [
            "../../etc/passwd", "nul\0byte", "", "line\nbreak", "e\u{301} ✓ 🎉", String(repeating: "\u{1}", count: 8192),
        ]
        let stored = try names.map { [store = try open()] in try store.store("x", name: $0) }
        let store = try open()
        #expect(
            try stored.map { try store.find($0.id)?.filename.unicodeScalars.map(\.value) }
                == names.map { $0.unicodeScalars.map(\.value) }
        )
        let (files, count) = store.list(try Page(number: 1, size: 100))
        #expect(count == 6 && Set(files.map(\.id)) == Set(stored.map(\.id)))
        #expect(reports.lines.isEmpty)
    }

    @Test func `an upload that isn't kept leaves nothing`() throws {
        let store = try open()
        do {
            var file = try store.makeIncoming()
            try file.append(Data("half".utf8))
            #expect(incoming.count == 2)
        }
        #expect(incoming.isEmpty)
        #expect(store.list(try Page(number: 1, size: 1)).count == 0)
    }

    @Test func `an upload that can't be kept leaves nothing`() throws {
        let store = try open()
        var file = try store.makeIncoming()
        try file.append(Data("half".utf8))
        try FileManager.default.removeItem(atPath: folder.path + "/files")
        do {
            _ = try store.keep(file, as: FileDescription(filename: "", contentType: ""))
            Issue.record("it was kept")
        } catch {
            #expect((error as? DiskError)?.isNotFound == true)
        }
        #expect(incoming.isEmpty)
    }

    @Test func `what a crash has left in incoming is removed at the start`() throws {
        _ = try open()
        let id = FileID.random()
        try folder.makeFolder("incoming/\(id)")
        try folder.write("half", to: "incoming/\(id)/data")
        try folder.makeFolder("incoming/\(FileID.random())")
        _ = try open()
        #expect(incoming.isEmpty)
        #expect(reports.lines == ["removed 2 unfinished uploads of an earlier run"])
    }

    @Test func `an upload that runs outlives the start of another store`() throws {
        let store = try open()
        var file = try store.makeIncoming()
        try file.append(Data("one".utf8))
        let other = try open()
        try file.append(Data("two".utf8))
        let stored = try store.keep(file, as: FileDescription(filename: "n", contentType: "t"))
        // The other one has not heard of it, and finds it all the same.
        #expect(try other.find(stored.id) == stored)
        #expect(try other.text(stored) == "onetwo")
    }

    @Test func `foreign and half-written things are reported and left alone`() throws {
        let good = try open().store("good")
        try folder.write("foreign", to: "files/README")
        let kinds: [(String, (String) throws -> Void)] = [
            ("no record", { try self.folder.write("x", to: "\($0)/data") }),
            ("half a record", { try self.folder.write(#"{"format":1,"filena"#, to: "\($0)/record.json") }),
            ("a record that is a folder", { try self.folder.makeFolder("\($0)/record.json") }),
            ("a pipe", { mkfifo("\(self.folder.path)/\($0)/record.json", 0o600) }),
            ("nothing", { _ in }),
        ]
        for (_, make) in kinds {
            let path = "files/\(FileID.random())"
            try folder.makeFolder(path)
            try make(path)
        }
        let shorter = try open().store("shorter")
        try folder.write("short", to: "files/\(shorter.id)/data")
        let before = folder.everything
        let fresh = Reports()
        let store = try FileStore.open(folder, reports: fresh)
        #expect(store.list(try Page(number: 1, size: 10)).files == [good])
        #expect(fresh.lines.count == 7 && fresh.lines.allSatisfy { $0.hasPrefix("left out ") })
        #expect(fresh.lines.contains { $0.contains("it has 5 bytes, and its record says 7") })
        #expect(folder.everything == before)
        #expect(try store.find(shorter.id) == nil)
    }

    @Test func `many foreign things don't flood the log`() throws {
        _ = try open()
        for number in 0..<50 { try folder.write("", to: "files/foreign\(number)") }
        _ = try open()
        #expect(reports.lines.count == 11 && reports.lines.last?.hasPrefix("left out 40 more") == true)
    }

    @Test func `a link in place of a file is not followed`() throws {
        let store = try open()
        let file = try store.store("mine")
        let data = "\(folder.path)/files/\(file.id)/data"
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.createSymbolicLink(atPath: data, withDestinationPath: "/etc/passwd")
        #expect(throws: DiskError.self) { try store.text(file) }
    }

    @Test func `a file that someone has removed is found no more`() throws {
        let store = try open()
        let file = try store.store("gone")
        try FileManager.default.removeItem(atPath: "\(folder.path)/files/\(file.id)")
        #expect(try store.text(file) == nil)
        #expect(try store.find(file.id) == nil)
        #expect(store.list(try Page(number: 1, size: 1)).count == 0)
    }

    @Test func `a file that has become shorter is an error, not a short download`() throws {
        let store = try open()
        let file = try store.store("long enough")
        #expect(truncate("\(folder.path)/files/\(file.id)/data", 4) == 0)
        #expect(throws: DiskError.self) { try store.text(file) }
    }

    @Test func `a file that is taken back is gone`() throws {
        let store = try open()
        let file = try store.store("x")
        store.remove(file)
        #expect(folder.everything == ["files", "incoming"])
        #expect(try store.find(file.id) == nil)
    }

    @Test func `a folder that can't be used is an error in words`() throws {
        try folder.write("", to: "files")
        #expect(throws: DiskError.self) { try open() }
    }

    @Test func `only the owner can read what is stored`() throws {
        let file = try open().store("secret")
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(path)")[.posixPermissions] as? Int
        }
        #expect(
            try mode("files") == 0o700 && mode("files/\(file.id)") == 0o700 && mode("files/\(file.id)/data") == 0o600
        )
    }
}
