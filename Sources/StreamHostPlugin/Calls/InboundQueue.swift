/// The requests of a call that wait for the handler, as bytes, in one piece of memory. The host is asked for more only as the handler takes
/// them, so that a handler that doesn't read costs bounded memory.
struct InboundQueue {
    /// So many messages may wait for the handler,
    static let mostMessages = 256
    /// or so many bytes, and the message that goes over.
    static let mostBytes = 64 * 1024

    private var bytes: [UInt8] = []
    private var count = 0
    /// How many more the host was asked for.
    var demand = 0
    var ended = false
    var reader: UnsafeContinuation<Void, Never>?

    var isEmpty: Bool { count == 0 }

    var hasNews: Bool { count > 0 || ended }

    /// `true`: the host must be told to pause.
    mutating func append(_ message: UnsafeRawBufferPointer, compressed: Bool) -> Bool {
        RequestBatch.append(message, compressed: compressed, to: &bytes)
        count += 1
        demand -= 1
        // Whatever the demand is here: a request for more that an offloaded handler has made may reach the host after a pause.
        guard bytes.count >= Self.mostBytes else { return false }
        demand = 0
        return true
    }

    /// Moves all that waits into the batch, which must be empty, and takes its memory in exchange. `more`: the host is to be asked again.
    mutating func take(into batch: inout RequestBatch, more: inout Bool) -> Bool {
        guard count > 0 else { return false }
        batch.exchange(&bytes)
        count = 0
        if !ended, demand <= Self.mostMessages / 2 {
            demand = Self.mostMessages
            more = true
        }
        return true
    }

    /// All that waits, which is no more here.
    mutating func takeAll() -> RequestBatch {
        var all = RequestBatch()
        all.exchange(&bytes)
        count = 0
        return all
    }

    mutating func takeReader() -> UnsafeContinuation<Void, Never>? {
        let taken = reader
        reader = nil
        return taken
    }
}
