// Between the messages of file_upload.proto and our own types.

extension Upload.Chunk {
    init(_ chunk: FileUpload_FileChunk) {
        self.init(
            filename: chunk.filename,
            contentType: chunk.contentType,
            offset: chunk.offset,
            size: Int64(chunk.data.count),
            isLast: chunk.eof
        )
    }
}

extension FileUpload_UploadResponse {
    init(_ stored: StoredFile, after duration: Duration) {
        self.init()
        let (seconds, attoseconds) = duration.components
        fileID = stored.id.description
        filename = stored.filename
        totalSize = stored.size
        checksum = stored.sha256
        uploadTimeMs = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

extension FileUpload_FileChunk {
    init(_ stored: StoredFile) {
        self.init()
        filename = stored.filename
        contentType = stored.contentType
    }
}

extension FileUpload_FileInfo {
    init(_ stored: StoredFile) {
        self.init()
        fileID = stored.id.description
        filename = stored.filename
        size = stored.size
        contentType = stored.contentType
        uploadTime = stored.storedAt / 1_000_000
    }
}
