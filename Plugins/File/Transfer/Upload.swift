import StreamHostPlugin

/// What a client may send to upload a file: each chunk is judged by those before it.
struct Upload: Equatable, Sendable {
    /// A chunk without its bytes.
    struct Chunk: Equatable, Sendable {
        var filename = ""
        var contentType = ""
        var offset: Int64 = 0
        var size: Int64 = 0
        var isLast = false
    }

    static let defaultName = "unnamed_file"
    static let defaultType = "application/octet-stream"
    // Both stand in every chunk of a download and in lists.
    static let longestName = 8192
    static let longestType = 256

    private enum State: Equatable {
        /// No chunk yet: the first one says name and type.
        case fresh
        case receiving(FileDescription)
        /// A chunk said that it is the last; the half-close has still to come.
        case complete(FileDescription)
    }

    private let limit: Int64
    private var state = State.fresh
    private var size: Int64 = 0

    /// - Parameter limit: The most bytes that a file may have.
    init(limit: Int64) {
        self.limit = limit
    }

    /// Where an upload stands between two chunks.
    struct Position: Equatable, Sendable {
        let size: Int64
        /// What the first chunk said; `nil`: none has come.
        let description: FileDescription?
        /// Whether a chunk said that it is the last.
        let isComplete: Bool
    }

    var position: Position {
        switch state {
        case .fresh: Position(size: size, description: nil, isComplete: false)
        case .receiving(let description): Position(size: size, description: description, isComplete: false)
        case .complete(let description): Position(size: size, description: description, isComplete: true)
        }
    }

    /// An upload that goes on from there.
    init(limit: Int64, at position: Position) {
        self.limit = limit
        size = position.size
        if let description = position.description {
            state = position.isComplete ? .complete(description) : .receiving(description)
        }
    }

    enum OnChunk: Equatable {
        case store
        /// Legal, but there is nothing in it to store.
        case ignore
        case refuse(Refusal)
    }

    mutating func received(_ chunk: Chunk) -> OnChunk {
        let description: FileDescription
        let isComplete: Bool
        switch state {
        case .fresh:
            guard chunk.filename.utf8.count <= Self.longestName else {
                return .refuse(.longName(chunk.filename.utf8.count))
            }
            guard chunk.contentType.utf8.count <= Self.longestType else {
                return .refuse(.longType(chunk.contentType.utf8.count))
            }
            description = FileDescription(
                filename: chunk.filename.isEmpty ? Self.defaultName : chunk.filename,
                contentType: chunk.contentType.isEmpty ? Self.defaultType : chunk.contentType
            )
            isComplete = false
        case .receiving(let known): (description, isComplete) = (known, false)
        case .complete(let known): (description, isComplete) = (known, true)
        }
        // The workshop's clients leave the offset out, which proto3 can't tell from 0.
        guard chunk.offset == size || chunk.offset == 0 else {
            return .refuse(.wrongOffset(chunk.offset, wanted: size))
        }
        guard !isComplete || chunk.size == 0 else { return .refuse(.dataAfterEnd) }
        guard chunk.size <= limit - size else { return .refuse(.tooLarge(limit: limit)) }
        size += chunk.size
        state = isComplete || chunk.isLast ? .complete(description) : .receiving(description)
        return chunk.size > 0 ? .store : .ignore
    }

    enum OnEnd: Equatable {
        case keep(FileDescription)
        case refuse(Refusal)
    }

    /// The client has half-closed. `eof` may be left out.
    func ended() -> OnEnd {
        switch state {
        case .fresh: .refuse(.empty)
        case .receiving(let description), .complete(let description): size > 0 ? .keep(description) : .refuse(.empty)
        }
    }

    /// The client's violation.
    enum Refusal: Equatable, Sendable {
        case empty
        case tooLarge(limit: Int64)
        case wrongOffset(Int64, wanted: Int64)
        case dataAfterEnd
        case longName(Int)
        case longType(Int)

        var error: RPCError {
            switch self {
            case .empty:
                RPCError(.invalidArgument, "No file data received")
            case .tooLarge(let limit):
                RPCError(.resourceExhausted, "File size exceeds maximum limit of \(limit) bytes; nothing was kept")
            case .wrongOffset(let offset, let wanted):
                RPCError(
                    .invalidArgument,
                    "a chunk has the offset \(offset); wanted \(wanted), the bytes received so far, or 0 for unset"
                )
            case .dataAfterEnd:
                RPCError(.invalidArgument, "data received after a chunk with eof")
            case .longName(let count):
                RPCError(.invalidArgument, "the filename has \(count) bytes; at most \(longestName) are kept")
            case .longType(let count):
                RPCError(.invalidArgument, "the content_type has \(count) bytes; at most \(longestType) are kept")
            }
        }
    }
}

/// What a client says of a file. Never part of a path.
struct FileDescription: Equatable, Sendable {
    var filename: String
    var contentType: String
}
