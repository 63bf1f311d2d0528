import StreamHostPlugin
import Testing

@testable import FilePlugin

@Suite struct UploadTests {
    typealias Chunk = Upload.Chunk

    private func upload(limit: Int64 = 100, _ chunks: Chunk...) -> (last: Upload.OnChunk?, end: Upload.OnEnd) {
        var upload = Upload(limit: limit)
        let answers = chunks.map { upload.received($0) }
        return (answers.last, upload.ended())
    }

    @Test func `name and type are the first chunk's`() {
        let (_, end) = upload(
            Chunk(filename: "a", contentType: "t/a", size: 1),
            Chunk(filename: "b", contentType: "t/b", size: 1)
        )
        #expect(end == .keep(FileDescription(filename: "a", contentType: "t/a")))
    }

    @Test func `name and type have defaults, which later chunks don't change`() {
        let (_, end) = upload(Chunk(size: 1), Chunk(filename: "late", contentType: "t/l", size: 1))
        #expect(end == .keep(FileDescription(filename: "unnamed_file", contentType: "application/octet-stream")))
    }

    @Test func `nothing, bare chunks and a name alone are empty uploads`() {
        #expect(upload().end == .refuse(.empty))
        for chunk in [Chunk(), Chunk(filename: "a", isLast: true)] {
            let (last, end) = upload(chunk)
            #expect(last == .ignore)
            #expect(end == .refuse(.empty))
        }
        #expect(Upload.Refusal.empty.error.message == "No file data received")
    }

    @Test func `a chunk without bytes may come anywhere`() {
        #expect(
            upload(Chunk(filename: "a"), Chunk(size: 5), Chunk(offset: 5), Chunk(isLast: true)).end != .refuse(.empty)
        )
    }

    @Test func `an offset is right, or unset`() {
        #expect(
            upload(Chunk(size: 3), Chunk(offset: 3, size: 2), Chunk(offset: 0, size: 2), Chunk(offset: 7, size: 1)).last
                == .store
        )
    }

    @Test(arguments: [Int64(2), 4, -3, .max, .min])
    func `a wrong offset is refused`(offset: Int64) {
        #expect(upload(Chunk(size: 3), Chunk(offset: offset, size: 1)).last == .refuse(.wrongOffset(offset, wanted: 3)))
        let error = Upload.Refusal.wrongOffset(offset, wanted: 3).error
        #expect(error.code == .invalidArgument && error.message.contains("\(offset)"))
    }

    @Test func `a first chunk begins at 0`() {
        #expect(upload(Chunk(offset: 7, size: 1)).last == .refuse(.wrongOffset(7, wanted: 0)))
    }

    @Test func `bytes after the last chunk are refused, an empty chunk is not`() {
        #expect(upload(Chunk(size: 3, isLast: true), Chunk(size: 1)).last == .refuse(.dataAfterEnd))
        #expect(upload(Chunk(size: 3, isLast: true), Chunk()).last == .ignore)
        #expect(
            upload(Chunk(size: 3, isLast: true), Chunk(isLast: true), Chunk(size: 1)).last == .refuse(.dataAfterEnd)
        )
    }

    @Test func `the limit itself is taken, a byte more is refused`() {
        #expect(upload(Chunk(size: 60), Chunk(size: 40)).last == .store)
        #expect(upload(Chunk(size: 60), Chunk(size: 41)).last == .refuse(.tooLarge(limit: 100)))
        #expect(upload(limit: .max, Chunk(size: .max), Chunk(size: .max)).last == .refuse(.tooLarge(limit: .max)))
        let error = Upload.Refusal.tooLarge(limit: 100).error
        #expect(error.code == .resourceExhausted && error.message.contains("100 bytes"))
    }

    @Test func `names and types have a longest`() {
        let name = String(repeating: "ü", count: 4096)
        #expect(upload(Chunk(filename: name, size: 1)).last == .store)
        #expect(upload(Chunk(filename: name + "x", size: 1)).last == .refuse(.longName(8193)))
        #expect(upload(Chunk(contentType: String(repeating: "t", count: 257), size: 1)).last == .refuse(.longType(257)))
    }
}
