import Foundation
import StreamHostPlugin
import SwiftProtobuf

/// The handlers.
struct FileService: Sendable {
    /// What a download's chunks hold, but for the last.
    static let chunkSize = 64 * 1024

    let store: FileStore
    let configuration: FileConfiguration

    @Sendable func upload(
        _ chunks: RequestStream<FileUpload_FileChunk>,
        _ context: CallContext
    ) async throws -> FileUpload_UploadResponse {
        try await reporting(context) {
            let begin = ContinuousClock.now
            let stored = try await receive(chunks)
            // Nobody waits any more: the client would never learn of the file.
            if context.isCancelled {
                store.remove(stored)
                throw CancellationError()
            }
            context.log.debug("stored \(stored.id), \(stored.size) bytes")
            return FileUpload_UploadResponse(stored, after: ContinuousClock.now - begin)
        }
    }

    private func receive(_ chunks: RequestStream<FileUpload_FileChunk>) async throws -> StoredFile {
        var upload = Upload(limit: configuration.maxFileBytes)
        // Whatever is thrown from here on: an incoming file that isn't kept removes itself.
        var file: IncomingFile?
        for try await chunk in chunks {
            switch upload.received(Upload.Chunk(chunk)) {
            case .store:
                if file == nil { file = try store.makeIncoming() }
                try file?.append(chunk.data)
            case .ignore: break
            case .refuse(let refusal): throw refusal.error
            }
        }
        switch upload.ended() {
        case .keep(let description):
            guard let whole = file.take() else { throw Upload.Refusal.empty.error }
            return try store.keep(whole, as: description)
        case .refuse(let refusal): throw refusal.error
        }
    }

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
            var plan = DownloadPlan(size: stored.size, chunkSize: Self.chunkSize)
            // One message for all chunks: its memory is used again.
            var chunk = FileUpload_FileChunk(stored)
            while let piece = plan.next() {
                try bytes.read(into: &chunk.data, count: piece.count, at: piece.offset)
                chunk.offset = piece.offset
                chunk.eof = piece.isLast
                try await writer.write(chunk)
            }
        }
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
