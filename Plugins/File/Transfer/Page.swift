import StreamHostPlugin

/// A page of the list, as a client asked for it.
struct Page: Equatable, Sendable {
    static let defaultSize: Int32 = 10
    // With the longest names and types 200 entries are 1.7 MB, below the 4 MiB that gRPC clients take by default.
    static let largestSize: Int32 = 200

    /// From 0.
    let start: Int
    let size: Int

    /// - Parameters:
    ///   - number: From 1; 0: the first.
    ///   - size: 0: the default; above the largest: the largest.
    /// - Throws: INVALID_ARGUMENT where either is negative.
    init(number: Int32, size: Int32) throws(RPCError) {
        guard number >= 0 else {
            throw RPCError(.invalidArgument, "page is \(number); it must not be negative (pages begin at 1)")
        }
        guard size >= 0 else { throw RPCError(.invalidArgument, "page_size is \(size); it must not be negative") }
        self.size = Int(size == 0 ? Self.defaultSize : min(size, Self.largestSize))
        // An Int has 64 bits on every platform of ours: the product fits.
        start = (Int(max(number, 1)) - 1) * self.size
    }
}
