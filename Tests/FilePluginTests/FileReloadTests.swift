import CStreamHost
import Crypto
import FakeHost
import Foundation
import StreamHostPlugin
import SwiftProtobuf
import Testing

@testable import FilePlugin

/// Handlers run on Swift's pool here: what they do is waited for.
@LoopThread @Suite struct FileReloadTests {
    private let folder: TemporaryFolder
    private let host: FakeHost
    private let old: FakeGeneration

    init() throws {
        folder = try TemporaryFolder()
        host = FakeHost(config: #"{"sync": false}"#, dataDirectory: folder.path)
        old = try FakeGeneration(FilePlugin.self, in: host)
    }

    private var incoming: [String] { folder.everything.filter { $0.hasPrefix("incoming/") } }

    private func next() throws -> FakeGeneration { try FakeGeneration(FilePlugin.self, in: host) }

    private func chunk(_ bytes: Data, at offset: Int64 = 0, last: Bool = false) throws -> [UInt8] {
        var chunk = FileUpload_FileChunk()
        (chunk.filename, chunk.contentType, chunk.data, chunk.offset, chunk.eof) = ("n", "t/t", bytes, offset, last)
        return try chunk.serializedBytes()
    }

    private func upload(in generation: FakeGeneration? = nil) throws -> FakeCall {
        try #require((generation ?? old).open("file_upload.FileService/UploadFile"))
    }

    private func end(_ call: FakeCall) throws -> FileUpload_UploadResponse {
        call.halfClose()
        #expect(host.run(until: { call.end != nil }))
        #expect(call.end?.code == 0)
        return try FileUpload_UploadResponse(serializedBytes: try #require(call.sent.first))
    }

    private func listed(in generation: FakeGeneration) throws -> Int32 {
        let call = try #require(generation.open("file_upload.FileService/ListFiles", request: []))
        return try FileUpload_ListResponse(serializedBytes: try #require(call.sent.first)).totalCount
    }

    private func pieces(_ count: Int) -> [Data] {
        (0..<count).map { number in Data((0..<30_000).map { UInt8(truncatingIfNeeded: $0 * 7 + number) }) }
    }

    private func hexadecimal(_ bytes: Data) -> String { SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() }

    @Test func `an upload goes on over many reloads, and the file is whole`() throws {
        var generation = old
        var call = try upload()
        let pieces = pieces(12)
        var sent: Int64 = 0
        for (number, piece) in pieces.enumerated() {
            call.receive(try chunk(piece, at: sent))
            sent += Int64(piece.count)
            guard number % 3 == 1 else { continue }
            // It is started, and its sweep has run, while the old one has the upload.
            let newer = try next()
            let moved = try #require(call.move(to: newer))
            try generation.handOver(to: newer)
            (generation, call) = (newer, moved)
        }
        let answer = try end(call)
        let whole = pieces.reduce(Data(), +)
        #expect(answer.totalSize == sent && answer.checksum == hexadecimal(whole) && answer.filename == "n")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/files/\(answer.fileID)/data")) == whole)
        #expect(incoming.isEmpty)
        #expect(try listed(in: generation) == 1)
    }

    @Test func `an upload of which nothing has come moves too`() throws {
        let moved = try #require(try upload().move(to: try next(), more: [try chunk(Data("hello".utf8))]))
        #expect(try end(moved).totalSize == 5)
    }

    @Test func `chunks that were not taken are taken by the next generation`() throws {
        let call = try upload()
        call.receive(try chunk(Data("one".utf8)))
        for text in ["two", "three"] { call.deliver(try chunk(Data(text.utf8))) }
        let moved = try #require(call.move(to: try next(), more: [try chunk(Data("four".utf8), last: true)]))
        #expect(try end(moved).checksum == hexadecimal(Data("onetwothreefour".utf8)))
    }

    @Test func `of an upload whose client went away while it moved nothing is kept`() throws {
        let call = try upload()
        call.receive(try chunk(Data("half".utf8)))
        #expect(host.run(until: { call.done.checkpoints == 2 }) && incoming.count == 2)
        let generation = try next()
        _ = try #require(call.move(to: generation, clientIsGone: true))
        // The handler removes its file on the pool, of which the host hears nothing: look again and again.
        for _ in 0..<10_000 where !incoming.isEmpty { usleep(1000) }
        #expect(incoming.isEmpty)
    }

    @Test func `an upload that nobody has gone on with is removed at a later start`() throws {
        do {
            let store = try FileStore.open(folder)
            var file = try store.makeIncoming()
            try file.append(Data("half".utf8))
            try store.leave(file)
            _ = try FileStore.open(folder)
            #expect(incoming.count == 2)
        }
        _ = try FileStore.open(folder)
        #expect(incoming.isEmpty)
    }

    @Test func `an upload that was left goes on in the same generation, where the next one is refused`() throws {
        let call = try upload()
        call.receive(try chunk(Data("one".utf8)))
        let back = try #require(call.move(to: old))
        back.receive(try chunk(Data("two".utf8), at: 3))
        #expect(try end(back).checksum == hexadecimal(Data("onetwo".utf8)))
    }

    @Test func `an upload whose file is gone is UNAVAILABLE, and the log says why`() throws {
        let call = try upload()
        call.receive(try chunk(Data("one".utf8)))
        #expect(host.run(until: { call.done.checkpoints == 2 }))
        _ = call.askToYield()
        #expect(host.run(until: { call.hasLetGo }))
        try FileManager.default.removeItem(atPath: "\(folder.path)/incoming")
        let moved = try #require(call.resume(in: old))
        #expect(host.run(until: { moved.end != nil }))
        #expect(moved.end?.code == Int32(SH_GRPC_UNAVAILABLE))
        #expect(host.log.contains { $0.contains("UploadFile") && $0.contains("No such file") })
    }

    @Test func `a download goes on at its offset`() throws {
        let call = try upload()
        let pieces = pieces(10)
        for piece in pieces { call.receive(try chunk(piece)) }
        let id = try end(call).fileID
        let request: [UInt8] = try FileUpload_DownloadRequest.with { $0.fileID = id }.serializedBytes()
        let download = try #require(old.open("file_upload.FileService/DownloadFile"))
        download.isFull = true
        download.receive(request)
        download.halfClose()
        #expect(host.run(until: { download.sent.count == 1 }))
        let moved = try #require(download.move(to: try next()))
        #expect(host.run(until: { moved.end != nil }))
        let chunks = try (download.sent + moved.sent).map { try FileUpload_FileChunk(serializedBytes: $0) }
        #expect(chunks.map(\.data).reduce(Data(), +) == pieces.reduce(Data(), +))
        #expect(chunks.filter(\.eof).count == 1 && chunks.last?.eof == true && !moved.sent.isEmpty)
    }

    @Test func `files that were kept beside a starting generation are listed by it`() throws {
        let generation = try next()
        let call = try upload()
        call.receive(try chunk(Data("hello".utf8)))
        _ = try end(call)
        #expect(try listed(in: generation) == 0)
        try old.handOver(to: generation)
        #expect(try listed(in: generation) == 1)
        // And back.
        try generation.handOver(to: old)
        #expect(try listed(in: old) == 1)
    }

    @Test func `a state of another format is refused`() throws {
        for (schema, version, bytes) in [("chat.rooms", 1, []), ("file.kept", 2, []), ("file.kept", 1, [1, 0, 0, 0])]
            as [(String, UInt32, [UInt8])]
        {
            #expect(throws: FakeGeneration.Refused.self) {
                try old.restore(FakeGeneration.State(schema: schema, version: version, bytes: bytes))
            }
        }
    }
}

@Suite struct UploadPositionTests {
    @Test func `a position comes back as it was`() throws {
        var upload = Upload(limit: 100)
        var positions = [UploadPosition(upload, file: nil, begun: 5)]
        _ = upload.received(Upload.Chunk(filename: "ü", contentType: "t/t", size: 0))
        positions.append(UploadPosition(upload, file: nil, begun: -1))
        _ = upload.received(Upload.Chunk(size: 60, isLast: true))
        positions.append(UploadPosition(upload, file: .random(), begun: 5))
        for position in positions {
            #expect(try UploadPosition(packed: position.packed) == position)
            for count in position.packed.indices {
                #expect(throws: (any Error).self) { try UploadPosition(packed: Array(position.packed.prefix(count))) }
            }
        }
        var resumed = Upload(limit: 100, at: positions[2].upload)
        #expect(resumed == upload && resumed.received(Upload.Chunk(size: 1)) == .refuse(.dataAfterEnd))
    }

    @Test func `bytes without a file, and a file without bytes, are refused`() {
        var upload = Upload(limit: 100)
        #expect(throws: UploadPosition.Unusable.self) {
            try UploadPosition(packed: UploadPosition(upload, file: .random(), begun: 0).packed)
        }
        _ = upload.received(Upload.Chunk(size: 1))
        #expect(throws: UploadPosition.Unusable.self) { try UploadPosition(packed: UploadPosition(upload, file: nil, begun: 0).packed) }
    }
}
