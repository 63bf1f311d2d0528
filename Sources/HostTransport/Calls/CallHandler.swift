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
    /// What serves it is being taken out of service; the host answers.
    case retired = 6
}

/// What becomes of a method's live calls when the code that serves it is replaced. The raw values are those of the C ABI.
public enum ReloadPolicy: Int32, Sendable {
    /// They stay with the old code.
    case pin = 0
    /// They go on with the new code, if their handlers let them go.
    case migrate = 1
    /// They are ended with UNAVAILABLE.
    case end = 2
}

/// A handler's answer to being asked to let a call go.
public enum YieldAnswer: Sendable {
    /// The call goes now; its last event follows.
    case letsGo
    /// It stays.
    case stays
    /// The answer comes by ``CallLoop/yielded(_:of:)``.
    case later
}

/// Serves the calls of one method. One handler serves many calls: what belongs to a call is in ``ServerCall/userState``.
///
/// All of a call's events come on its loop, one at a time, never from inside something that the handler called. After
/// ``closed(_:)`` comes nothing.
public protocol CallHandler: AnyObject, Sendable {
    /// The method's kind.
    var kind: MethodKind { get }
    /// What it serves: `/package.Service/Method`. A call that moves finds its next handler by it.
    var path: [UInt8] { get }
    /// The calls that are counted and moved together with this handler's.
    var group: CallGroup { get }
    /// What becomes of the method's calls is counted there.
    var counts: MethodCounts { get }
    /// What becomes of its calls when the group is replaced.
    var policy: ReloadPolicy { get }
    /// Whether its calls' requests are kept, to be delivered again where they move: of methods that take one, and whose calls may move.
    var keepsRequest: Bool { get }
    /// A call has begun; or goes on here (`resumed`): then its last checkpoint is ``ServerCall/checkpoint``. `false`: it could not be
    /// taken; no other event follows.
    func opened(_ call: ServerCall, resumed: Bool) -> Bool
    /// A whole message; the bytes end with this event.
    func received(_ call: ServerCall, message: UnsafeRawBufferPointer)
    /// The client has sent its last message.
    func halfClosed(_ call: ServerCall)
    /// The outbound queue, which was full, has drained.
    func writable(_ call: ServerCall)
    /// The call should end soon, if it is one that would go on and on.
    func drain(_ call: ServerCall)
    /// Nobody waits for the answer any more; ``closed(_:)`` follows.
    func cancelled(_ call: ServerCall, reason: CancelReason)
    /// The call is to go on with another handler.
    func yield(_ call: ServerCall) -> YieldAnswer
    /// The last event.
    func closed(_ call: ServerCall)
}

extension CallHandler {
    /// How its calls end where the method is no more.
    public var notServed: Status { Status(.unimplemented, "\(String(decoding: path, as: UTF8.self)) is not served any more") }
}
