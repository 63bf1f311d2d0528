import GRPCWire
import HTTP2Session
import NIOCore

/// One call, from the request's headers to the end of its stream: gRPC on one side, the handler on the other.
///
/// It is confined to its loop. Handlers hold its ``handle`` and reach it through ``Transport``.
public final class ServerCall: HTTP2Stream {
    /// What `send` and its siblings answer.
    public enum SendResult: Sendable {
        case ok
        /// Accepted, and the queue is over its high-water mark.
        case full
        /// The call has ended.
        case closed
        /// The message is over the limit.
        case tooLarge
        /// Against the order of a response; or metadata that HTTP can't carry.
        case misplaced
    }

    /// What few calls have, apart from the call, so that one that rests is small.
    final class Rare {
        var initialMetadata: MetadataBlock?
        /// What the messages are, where they aren't protobuf.
        var codec: [UInt8] = []
        var end: CallEnd?
        /// An answer that isn't gRPC's, and waits for the end of the request.
        var httpAnswer: (code: Int, text: String)?
        /// The body of an answer that isn't gRPC's.
        var plainText: [UInt8]?
        /// The limits of services and methods that it counts to.
        var quotas: [CallQuota] = []
        /// What an observer is to be told.
        var record: CallRecord?
        /// Bytes that the stream's window is larger than at its beginning.
        var extraWindow = 0
    }

    // Where the call stands with its handler.
    enum Service {
        /// The request's headers are not whole yet.
        case none
        /// Its method is being moved: no handler has had it yet.
        case held
        case open
        /// Its handler has let it go, and it has no other yet.
        case moving
        /// The handler has had its last event, or there never was one.
        case closed
    }

    // A cycle as long as the stream is open: the connection lets go of a call when its stream has ended, or with itself.
    let connection: Connection
    /// The loop that the call lives on.
    public let loop: CallLoop

    /// Who serves it, or has served it: see ``take(_:)``.
    var handler: (any CallHandler)?
    /// Where what becomes of it is counted.
    var counts: CountLine
    var state = CallState(kind: .unary)
    /// The handler's own; not touched here.
    public var userState: UnsafeMutableRawPointer?
    /// The call's name for other threads. Valid from the handler's first event to its last.
    public internal(set) var handle = CallHandle(rawValue: 0)
    /// The request's metadata, without HTTP's and gRPC's own.
    public internal(set) var metadata = MetadataBlock()
    /// On the monotonic clock, in nanoseconds; `nil`: none.
    public internal(set) var deadline: UInt64?
    var deadlineTimer: LoopTimers.Timer?

    // Inbound
    var deframer = Deframer()
    /// Where messages are, or may be, compressed.
    var compression: CallCompression?
    /// The one message of a method that takes one, until it is known that no other follows.
    var held: [UInt8]?
    var uncredited = 0

    // Outbound
    var queue = OutboundQueue()
    /// What few calls have.
    var rare: Rare?
    /// What it needs to move; few have it.
    var handover: Handover?
    /// In nanoseconds of the monotonic clock; 0: it has not begun.
    var openedAt: UInt64 = 0

    // Small ones, side by side: there are as many calls as memory has room for.

    /// Where the call stands among its connection's calls.
    var connectionIndex: Int32 = 0
    /// Bytes that it keeps, as they were counted.
    var heldBytes: Int32 = 0
    /// Messages that may still be delivered.
    var demand: UInt32 = 1
    var service = Service.none
    /// Whether it counts among those that limits allow.
    var isAdmitted = false
    /// How answers may be compressed.
    var accepts = MessageEncodings()
    /// Whether ``held`` was compressed.
    var heldWasCompressed = false
    var endReceived = false
    var endDelivered = false
    var headersSubmitted = false
    var dataDeferred = false
    var needsFlush = false
    var awaitsDrain = false
    var streamClosed = false

    var inEvent = false
    var attentionAsked = false
    /// Whether the handler was told, or is to be, that the call should end soon.
    var drainAsked = false
    var drainDue = false

    init(connection: Connection) {
        self.connection = connection
        loop = connection.loop
        counts = loop.unserved.line(0)
    }

    /// Who calls: `ipv4:127.0.0.1:50123`, `ipv6:[::1]:50123`, `unix:`.
    public var peer: [UInt8] { connection.peer }
    /// What its messages are, as the client's content type has it, such as `json`; empty: protobuf, or the client doesn't say.
    public var codec: [UInt8] { rare?.codec ?? [] }
    /// How its bytes travel, and who the client has proved to be.
    public var security: ConnectionSecurity { connection.security }

    /// Whether messages of the client may be compressed.
    public var mayReceiveCompressed: Bool { compression.map { $0.inbound != .identity } ?? false }

    func withRare(_ change: (Rare) -> Void) {
        let rare = self.rare ?? Rare()
        self.rare = rare
        change(rare)
    }

    // MARK: Events of the stream

    public override func receivedHeaders(endStream: Bool) { headIsWhole() }
    public override func received(data: UnsafeRawBufferPointer, last: Bool) { dataArrived(data, last: last) }
    public override func receivedEndStream() { requestEnded() }
    public override func outbound(max: Int) -> Outbound { nextData(max: max) }
    public override func sentEndStream() { responseSent() }
    public override func closed(errorCode: UInt32) { streamEnded(.byClient) }
    public override func couldNotSend() { cancelService(.protocolViolation) }

    public override func writeData(frameHeader: UnsafeRawBufferPointer, count: Int) {
        writeNext(count, after: frameHeader)
    }

    // MARK: Events to the handler

    /// Runs a handler's event, then closes the handler where the event finished the call.
    @inline(__always)
    func event(_ body: (any CallHandler) -> Void) {
        guard service == .open, let handler else { return }
        inEvent = true
        body(handler)
        inEvent = false
        if state.isFinished { closeService() }
    }

    /// The handler's last event.
    func closeService() {
        guard service == .open, let handler else { return }
        service = .closed
        inEvent = true
        handler.closed(self)
        inEvent = false
        handler.group.callClosed(loop.index)
        loop.calls.remove(handle)
        settle()
        if let deadlineTimer {
            loop.cancel(deadlineTimer)
            self.deadlineTimer = nil
        }
        forgetMetadata()
        dropInput()
    }

    /// Tells the handler that nobody waits any more, then closes it.
    func cancelService(_ reason: CancelReason) {
        if service == .moving || service == .held { return withHandover { $0.lost = $0.lost ?? reason } }
        guard service == .open, let handler else { return }
        if !state.isFinished {
            inEvent = true
            handler.cancelled(self, reason: reason)
            inEvent = false
        }
        closeService()
    }

    /// The host ends the call in the handler's place.
    func reject(_ status: Status, _ reason: CancelReason = .protocolViolation) {
        cancelService(reason)
        _ = finish(CallEnd(status))
    }

    func armDeadline() {
        guard let deadline else { return }
        deadlineTimer = loop.schedule(.expire(handle), at: deadline)
    }

    /// After a change of the handle, which the timer finds the call by.
    func rearmDeadline() {
        guard let deadlineTimer else { return }
        loop.cancel(deadlineTimer)
        armDeadline()
    }

    /// The deadline has passed.
    func expire() {
        deadlineTimer = nil
        reject(Status(.deadlineExceeded, "the call's deadline has passed"), .deadline)
    }

    /// The call should end soon; its handler is told.
    func askToDrain() {
        guard !drainAsked, service != .closed else { return }
        drainAsked = true
        drainDue = true
        askAttention()
    }

    /// Asks to be called back by ``attend()`` at the end of the turn.
    func askAttention() {
        guard !attentionAsked else { return }
        attentionAsked = true
        loop.needsAttention(self)
    }

    /// Does what could not be done from inside a handler's event: closing, delivering what demand has grown for, telling that
    /// the queue has drained.
    func attend() {
        attentionAsked = false
        guard service == .open else { return }
        if state.isFinished { return closeService() }
        switch handover?.yield {
        case .letsGo: return letGo()
        case .stays: stay()
        case .none?, .asked, nil: break
        }
        if drainDue {
            drainDue = false
            event { $0.drain(self) }
        }
        if awaitsDrain, queue.count <= loop.limits.sendBufferBytes / 4 {
            awaitsDrain = false
            event { $0.writable(self) }
        }
        if demand > 0 { deliver(UnsafeRawBufferPointer(start: nil, count: 0), last: false) }
    }
}
