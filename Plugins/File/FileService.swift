import Foundation
import StreamHostPlugin
import SwiftProtobuf

/// The handlers.
struct FileService: Sendable {
    /// What a download's chunks hold, but for the last.
    static let chunkSize = 64 * 1024

    let store: FileStore
    let configuration: FileConfiguration

    /// The checkpoint is what has come; its bytes are on disk, and stay there while the call moves.
    @Sendable func upload(
        _ chunks: RequestStream<FileUpload_FileChunk>,
        _ context: CallContext
    ) async throws -> FileUpload_UploadResponse {
        try await reporting(context) {
            let resumed = try UploadPosition.resumed(in: context)
            let begun = resumed?.begun ?? Self.monotonic()
            let stored = try await receive(chunks, from: resumed, begun: begun, context)
            // Nobody waits any more: the client would never learn of the file.
            if context.isCancelled {
                store.remove(stored)
                throw CancellationError()
            }
            context.log.debug("stored \(stored.id), \(stored.size) bytes")
            return FileUpload_UploadResponse(stored, after: .nanoseconds(Self.monotonic() - begun))
        }
    }

    private func receive(
        _ chunks: RequestStream<FileUpload_FileChunk>,
        from position: UploadPosition?,
        begun: Int64,
        _ context: CallContext
    ) async throws -> StoredFile {
        var upload = position.map { Upload(limit: configuration.maxFileBytes, at: $0.upload) } ?? Upload(limit: configuration.maxFileBytes)
        // Whatever is thrown from here on: an incoming file that isn't kept, nor left to another generation, removes itself.
        var file: IncomingFile?
        if let id = position?.file { file = try resume(id, size: upload.position.size, context) }
        do {
            var iterator = chunks.makeAsyncIterator()
            while true {
                if !chunks.isNextReady {
                    try context.checkpoint(bytes: UploadPosition(upload, file: file?.id, begun: begun).packed)
                }
                guard let chunk = try await iterator.next() else { break }
                switch upload.received(Upload.Chunk(chunk)) {
                case .store:
                    if file == nil { file = try store.makeIncoming() }
                    try file?.append(chunk.data)
                case .ignore: break
                case .refuse(let refusal): throw refusal.error
                }
            }
        } catch let error as CancellationError {
            if context.isMoving, let left = file.take() { try store.leave(left) }
            throw error
        }
        switch upload.ended() {
        case .keep(let description):
            guard let whole = file.take() else { throw Upload.Refusal.empty.error }
            return try store.keep(whole, as: description)
        case .refuse(let refusal): throw refusal.error
        }
    }

    private func resume(_ id: FileID, size: Int64, _ context: CallContext) throws -> IncomingFile {
        do {
            return try store.resume(id, size: size)
        } catch {
            throw context.unusableCheckpoint("\(error)")
        }
    }

    private static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The checkpoint is the offset of the next chunk.
    @Sendable func download(
        _ request: FileUpload_DownloadRequest,
        _ writer: ResponseWriter<FileUpload_FileChunk>,
        _ context: CallContext
    ) async throws {
        try await reporting(context) {
            guard let id = FileID(request.fileID), let stored = try store.find(id) else {
                throw notFound(request.fileID)
            }
            guard let bytes = try store.open(stored) else { throw notFound(request.fileID) }
            var plan = DownloadPlan(size: stored.size, chunkSize: Self.chunkSize, sent: try resumedOffset(context))
            // One message for all chunks: its memory is used again.
            var chunk = FileUpload_FileChunk(stored)
            while true {
                try withUnsafeBytes(of: plan.sent.littleEndian) { try context.checkpoint(bytes: $0) }
                guard let piece = plan.next() else { return }
                try bytes.read(into: &chunk.data, count: piece.count, at: piece.offset)
                chunk.offset = piece.offset
                chunk.eof = piece.isLast
                try await writer.write(chunk)
            }
        }
    }

    private func resumedOffset(_ context: CallContext) throws -> Int64 {
        guard let bytes = context.resumedBytes, !bytes.isEmpty else { return 0 }
        var reader = PackedReader(bytes)
        guard let offset: Int64 = try? reader.integer(), reader.left == 0 else {
            throw context.unusableCheckpoint("it is no offset")
        }
        return offset
    }

    @Sendable func list(_ request: FileUpload_ListRequest, _ context: CallContext) async throws
        -> FileUpload_ListResponse
    {
        let page = try Page(number: request.page, size: request.pageSize)
        let (files, count) = store.list(page)
        return .with {
            $0.files = files.map { FileUpload_FileInfo($0) }
            $0.totalCount = Int32(clamping: count)
        }
    }

    // The id comes from a client: not more of it than a status message can carry.
    private func notFound(_ id: String) -> RPCError {
        let most = 200
        return RPCError(.notFound, "File not found: \(id.count > most ? id.prefix(most) + "..." : id)")
    }

    // Which path it was, and why, is for the operator; the client gets what concerns it.
    private func reporting<Result>(_ context: CallContext, _ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch let error as DiskError {
            context.log.error("\(error)")
            throw error.forClient
        }
    }
}
