/// An HTTP/2 stream as its user sees it: subclass it. The session holds no reference; who begins a stream keeps it until
/// ``closed(errorCode:)``.
open class HTTP2Stream {
    /// What a stream can give to its next DATA frame.
    public enum Outbound {
        /// Nothing now: the session asks again after ``HTTP2Session/resumeData(_:)``.
        case wait
        /// So many bytes, and others follow.
        case more(Int)
        /// So many bytes, then the trailers, which must have been submitted by then.
        case last(Int)
        /// So many bytes, and the stream ends with them.
        case end(Int)
    }

    /// The stream's id; 0 until the session has it.
    public internal(set) final var id: Int32 = 0

    /// A stream that no session knows yet.
    public init() {}

    /// How many bytes the next DATA frame may carry, at most `max`. ``writeData(frameHeader:count:)`` follows.
    open func outbound(max: Int) -> Outbound { .wait }

    /// Writes the nine bytes of a frame's header, then the next `count` bytes of data.
    open func writeData(frameHeader: UnsafeRawBufferPointer, count: Int) {}

    /// The header block is whole.
    open func receivedHeaders(endStream: Bool) {}

    /// A piece of the request's body; `last` where the request surely ends with it (``receivedEndStream()`` follows in any case).
    open func received(data: UnsafeRawBufferPointer, last: Bool) {}

    /// The client has half-closed, after its headers or its last data.
    open func receivedEndStream() {}

    /// A header block could not be sent: it is too large for HTTP/2. The stream is being reset.
    open func couldNotSend() {}

    /// The end of the response has been handed to the socket's buffer.
    open func sentEndStream() {}

    /// The last event: nothing may be submitted for it afterwards.
    open func closed(errorCode: UInt32) {}
}

/// What a session needs of its connection.
public protocol HTTP2SessionDelegate: AnyObject {
    /// A request begins. `nil`: it is refused with REFUSED_STREAM. The delegate keeps the stream alive.
    func beginStream(id: Int32) -> HTTP2Stream?
    /// A field of the header block of the stream that was begun last. `false`: it is over a limit, and was dropped.
    func received(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool
    /// Bytes for the socket, other than data.
    func write(_ bytes: UnsafeRawBufferPointer)
    /// The client has sent a ping, which is answered.
    func receivedPing()
    /// The client has answered a ping of that tag.
    func receivedPingAck(tag: UInt64)
    /// Nanoseconds of a monotonic clock, which may be a coarse one. Asked for at the beginning, and where a budget is used up.
    var coarseNow: UInt64 { get }
}
