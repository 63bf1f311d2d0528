import Testing

@testable import FilePlugin

@Suite struct FileIDTests {
    private struct Fixed: RandomNumberGenerator {
        var numbers: [UInt64]
        mutating func next() -> UInt64 { numbers.removeFirst() }
    }

    @Test func `an id is 32 digits, leading zeros included, and reads back`() {
        var random = Fixed(numbers: [0x1f, .max])
        let id = FileID.random(using: &random)
        #expect(id.description == "000000000000001fffffffffffffffff")
        #expect(FileID(id.description) == id)
    }

    @Test(arguments: [
        "", "..", "../../etc/passwd", "000000000000001fffffffffffffffff0", "000000000000001ffffffffffffffff",
        "000000000000001FFFFFFFFFFFFFFFFF", "000000000000001fffffffffffffff/.", "000000000000001fffffffffffffff\u{0}a",
        "+00000000000001fffffffffffffffff", "０00000000000001fffffffffffff",
    ])
    func `nothing else is an id`(text: String) {
        #expect(FileID(text) == nil)
    }

    @Test func `ids differ`() {
        #expect(Set((0..<1000).map { _ in FileID.random() }).count == 1000)
    }
}
