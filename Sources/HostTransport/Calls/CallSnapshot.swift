import GRPCWire

/// What an operator sees of a call.
public struct CallSnapshot: Sendable {
    /// `/package.Service/Method`.
    public let path: String
    /// `ipv4:127.0.0.1:50123`, `unix:`.
    public let peer: String
    /// The group that serves it; `nil`: it is being moved.
    public let group: CallGroup
    /// Since it was opened.
    public let ageNanoseconds: UInt64
    /// Until its deadline, negative when that has passed; `nil`: none.
    public let remainingNanoseconds: Int64?
    /// Messages that its handlers have had.
    public let messagesIn: Int
    /// Messages that its handlers have sent.
    public let messagesOut: Int
    /// Bytes that wait for the client to read.
    public let queuedBytes: Int
    /// How often it has moved from handler to handler.
    public let moves: Int32

    init?(_ call: ServerCall) {
        guard call.service != .none, call.service != .closed, let handler = call.handler else { return nil }
        let now = CallLoop.coarseNow
        path = String(decoding: handler.path, as: UTF8.self)
        peer = String(decoding: call.peer, as: UTF8.self)
        group = handler.group
        ageNanoseconds = now > call.openedAt ? now - call.openedAt : 0
        remainingNanoseconds = call.deadline.map { Int64(clamping: $0) - Int64(clamping: CallLoop.now) }
        messagesIn = call.state.receivedCount
        messagesOut = call.state.sentCount
        queuedBytes = call.queue.count
        moves = call.handover?.moves ?? 0
    }
}
