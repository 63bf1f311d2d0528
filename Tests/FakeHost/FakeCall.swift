import CStreamHost
import Synchronization

/// A call, as the host sees it: the plugin's state on one side, what the plugin did on the other.
///
/// SAFETY: `@unchecked Sendable` as what several threads touch is in `record`; the rest is the test's thread's.
public final class FakeCall: @unchecked Sendable {
    /// How a call ended.
    public struct End: Equatable, Sendable {
        /// The gRPC status code.
        public var code: Int32
        /// What it says.
        public var message: String
        /// Names of trailing metadata.
        public var trailers: [String]
        /// A serialized google.rpc.Status.
        public var details: [UInt8]

        /// An end.
        public init(code: Int32, message: String, trailers: [String], details: [UInt8] = []) {
            self.code = code
            self.message = message
            self.trailers = trailers
            self.details = details
        }
    }

    /// What the plugin has done to the call.
    public struct Record: Sendable {
        /// Answers, encoded.
        public var sent: [[UInt8]] = []
        /// Names of initial metadata.
        public var metadata: [String] = []
        /// How it ended it.
        public var end: End?
        /// The last checkpoint; `nil`: none.
        public var checkpoint: [UInt8]?
        /// How many checkpoints there were.
        public var checkpoints = 0
        /// Requests that were given back.
        public var givenBack: [[UInt8]] = []
        /// The later answer to an on_yield.
        public var yielded: sh_status?
        /// Of each answer, whether it was to be compressed.
        public var compressed: [Bool] = []
        /// How many more messages it can take.
        public var demand: UInt32 = 1
        var isOpen = true
        var isAsked = false
        var isFull = false
        var headersLeft = false
        var compresses = false
        var announcesEncoding = false
    }

    let generation: FakeGeneration
    let method: FakeGeneration.Method
    let handle: sh_call
    let metadata: [(String, String)]
    var state: UnsafeMutableRawPointer?
    /// The request of a method that takes one.
    var request: [UInt8]?
    package var hasHalfClosed = false
    /// Whether the message that is delivered next came compressed.
    public var deliversCompressed = false
    private let record = Mutex(Record())

    init(_ generation: FakeGeneration, _ method: FakeGeneration.Method, _ handle: sh_call, _ metadata: [(String, String)]) {
        self.generation = generation
        self.method = method
        self.handle = handle
        self.metadata = metadata
    }

    /// What the plugin has done so far.
    public var done: Record { record.withLock { $0 } }
    /// Answers, encoded.
    public var sent: [[UInt8]] { done.sent }
    /// How it ended.
    public var end: End? { done.end }

    /// Whether the client reads: else `send` answers that the queue is full.
    public var isFull: Bool {
        get { done.isFull }
        set { record.withLock { $0.isFull = newValue } }
    }

    func close() {
        record.withLock { $0.isOpen = false }
        generation.host.shared.withLock { _ = $0.calls.removeValue(forKey: handle) }
    }

    // MARK: Host functions

    private func whileOpen(_ body: (inout Record) -> Int) -> sh_status {
        defer { generation.host.somethingHappened() }
        return record.withLock { record in
            guard record.isOpen else { return sh_status(SH_CLOSED) }
            guard record.end == nil else { return sh_status(SH_INVALID) }
            return sh_status(body(&record))
        }
    }

    func sendMetadata(_ entries: UnsafeBufferPointer<sh_metadata>) -> sh_status {
        let names = entries.map { String(decoding: $0.name.copied, as: UTF8.self) }
        return whileOpen { record in
            guard !record.headersLeft else { return Int(SH_INVALID) }
            record.headersLeft = true
            record.metadata = names
            return Int(SH_OK)
        }
    }

    func send(_ message: [UInt8]) -> sh_status {
        whileOpen { record in
            record.headersLeft = true
            record.sent.append(message)
            record.compressed.append(record.compresses)
            return record.isFull ? Int(SH_FULL) : Int(SH_OK)
        }
    }

    func compress(_ on: Bool) -> sh_status {
        whileOpen { record in
            guard !on || !record.headersLeft || record.announcesEncoding else { return Int(SH_INVALID) }
            if on { record.announcesEncoding = true }
            record.compresses = on
            return Int(SH_OK)
        }
    }

    func finish(_ end: UnsafePointer<sh_finish>?) -> sh_status {
        let trailers = UnsafeBufferPointer(start: end?.pointee.trailers, count: end?.pointee.trailer_count ?? 0)
        let ended = End(
            code: end?.pointee.code ?? 0,
            message: end.map { String(decoding: $0.pointee.message.copied, as: UTF8.self) } ?? "",
            trailers: trailers.map { String(decoding: $0.name.copied, as: UTF8.self) },
            details: end?.pointee.details.copied ?? []
        )
        return whileOpen { record in
            record.end = ended
            return Int(SH_OK)
        }
    }

    func request(_ messages: UInt32) -> sh_status {
        whileOpen { record in
            record.demand = messages
            return Int(SH_OK)
        }
    }

    func checkpoint(_ bytes: [UInt8]) -> sh_status {
        whileOpen { record in
            record.checkpoint = bytes
            record.checkpoints += 1
            return Int(SH_OK)
        }
    }

    func giveBack(_ message: [UInt8]) -> sh_status {
        whileOpen { record in
            guard record.isAsked, method.clientStreams else { return Int(SH_INVALID) }
            record.givenBack.append(message)
            return Int(SH_OK)
        }
    }

    func yielded(_ answer: sh_status) -> sh_status {
        whileOpen { record in
            guard record.isAsked else { return Int(SH_INVALID) }
            record.isAsked = false
            record.yielded = answer
            return Int(SH_OK)
        }
    }

    func asked() { record.withLock { $0.isAsked = true } }

    func took(_ count: UInt32) {
        record.withLock { $0.demand -= min($0.demand, count) }
    }

    func goesOn(from previous: Record) {
        record.withLock { record in
            record.checkpoint = previous.checkpoint
            record.headersLeft = previous.headersLeft
        }
    }
}
