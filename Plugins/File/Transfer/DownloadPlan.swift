/// The pieces in which a file is sent: all of one size but the last.
struct DownloadPlan: Equatable, Sendable {
    struct Piece: Equatable, Sendable {
        let offset: Int64
        let count: Int
        let isLast: Bool
    }

    private let size: Int64
    private let chunkSize: Int
    /// How many bytes the pieces so far have.
    private(set) var sent: Int64

    /// - Parameter sent: How many bytes were sent before, by another generation.
    init(size: Int64, chunkSize: Int, sent: Int64 = 0) {
        self.size = size
        self.chunkSize = chunkSize
        self.sent = min(max(sent, 0), size)
    }

    mutating func next() -> Piece? {
        guard sent < size else { return nil }
        let count = Int(min(Int64(chunkSize), size - sent))
        let piece = Piece(offset: sent, count: count, isLast: sent + Int64(count) == size)
        sent += Int64(count)
        return piece
    }
}
