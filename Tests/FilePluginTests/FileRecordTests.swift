import Foundation
import Testing

@testable import FilePlugin

@Suite struct FileRecordTests {
    private let file = StoredFile(
        id: .random(),
        filename: "a\u{0}\"\\/é",
        contentType: "t",
        size: .max,
        sha256: "00",
        storedAt: 1_700_000_000_123_456_789
    )

    @Test func `a record reads back exactly`() throws {
        #expect(try FileRecord(json: FileRecord(file).json()).file(file.id) == file)
    }

    @Test func `the longest name and type fit`() throws {
        let long = StoredFile(
            id: file.id,
            filename: String(repeating: "\u{1}", count: Upload.longestName),
            contentType: String(repeating: "\u{1}", count: Upload.longestType),
            size: 1,
            sha256: "",
            storedAt: 0
        )
        #expect(try FileRecord(long).json().count < FileRecord.mostBytes)
    }

    @Test(arguments: ["", "{}", "[]", "null", #"{"format":1}"#])
    func `what is no record is refused`(json: String) {
        #expect(throws: FileRecord.Unreadable.self) { try FileRecord(json: Data(json.utf8)) }
    }

    @Test func `another format is refused in words`() throws {
        var record = FileRecord(file)
        record.format = 2
        let json = try record.json()
        let error = #expect(throws: FileRecord.Unreadable.self) { try FileRecord(json: json) }
        #expect(error?.description == "its record has the format 2, known here is 1")
    }
}
