import Testing

@testable import FilePlugin

@Suite struct FileIndexTests {
    private func file(_ id: Int, at time: Int64) throws -> StoredFile {
        let digits = String(id, radix: 16)
        let text = String(repeating: "0", count: 32 - digits.count) + digits
        return StoredFile(
            id: try #require(FileID(text)),
            filename: "f\(id)",
            contentType: "t",
            size: 1,
            sha256: "",
            storedAt: time
        )
    }

    private func names(_ index: FileIndex, _ number: Int32 = 1, _ size: Int32 = 10) throws -> [String] {
        index.page(try Page(number: number, size: size)).map(\.filename)
    }

    @Test func `newest first, whatever order they come in`() throws {
        var index = FileIndex([try file(1, at: 10), try file(2, at: 30)])
        index.add(try file(3, at: 20))
        index.add(try file(4, at: 40))
        index.add(try file(5, at: 5))
        #expect(try names(index) == ["f4", "f2", "f3", "f1", "f5"])
    }

    @Test func `equal times keep one order, also after a restart`() throws {
        let files = try [7, 3, 9, 1].map { try file($0, at: 5) }
        var one = FileIndex()
        for file in files { one.add(file) }
        #expect(try names(one) == names(FileIndex(files.reversed())))
        #expect(try names(one) == ["f9", "f7", "f3", "f1"])
    }

    @Test(arguments: [1, 7, 24, 25, 26] as [Int32])
    func `pages hold each file once`(size: Int32) throws {
        let index = FileIndex(try (0..<25).map { try file($0, at: Int64($0 / 3)) })
        let pages = try (1...25).flatMap { try names(index, $0, size) }
        #expect(pages == (0..<25).reversed().map { "f\($0)" })
        #expect(try names(index, .max, .max) == [])
    }

    @Test func `a file that is added twice or removed is there once or not at all`() throws {
        var index = FileIndex()
        let one = try file(1, at: 1)
        index.add(one)
        index.add(one)
        #expect(index.count == 1 && index[one.id] == one)
        index.remove(one.id)
        index.remove(one.id)
        #expect(index.count == 0 && index[one.id] == nil)
        #expect(try names(index) == [])
    }
}
