import GRPCWire

/// Why nobody waits for a call's answer any more. The raw values are those of the C ABI.
public enum CancelReason: Int32, Sendable {
    /// The client reset the stream.
    case byClient = 1
    /// The deadline has passed; the host answers.
    case deadline = 2
    /// The connection is gone.
    case connectionLost = 3
    /// The drain limit of a shutdown has passed; the host answers.
    case shutdown = 4
    /// The client broke a rule; the host answers.
    case protocolViolation = 5
}

/// Serves the calls of one method. One handler serves many calls: what belongs to a call is in ``ServerCall/userState``.
///
/// All of a call's events come on its loop, one at a time, never from inside something that the handler called. After
/// ``closed(_:)`` comes nothing.
public protocol CallHandler: AnyObject, Sendable {
    /// The method's kind.
    var kind: MethodKind { get }
    /// A call has begun. `false`: it could not be taken; no other event follows.
    func opened(_ call: ServerCall) -> Bool
    /// A whole message; the bytes end with this event.
    func received(_ call: ServerCall, message: UnsafeRawBufferPointer)
    /// The client has sent its last message.
    func halfClosed(_ call: ServerCall)
    /// The outbound queue, which was full, has drained.
    func writable(_ call: ServerCall)
    /// Nobody waits for the answer any more; ``closed(_:)`` follows.
    func cancelled(_ call: ServerCall, reason: CancelReason)
    /// The last event.
    func closed(_ call: ServerCall)
}
