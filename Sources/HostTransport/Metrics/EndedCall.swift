import GRPCWire

/// A call that has ended, for who writes calls down.
public struct EndedCall: Sendable {
    /// `/package.Service/Method`, as the client asked for it.
    public let path: [UInt8]
    /// The calls that it was counted with last; `nil`: no handler was there for it.
    public let group: CallGroup?
    /// Who called: `ipv4:127.0.0.1:50123`.
    public let peer: [UInt8]
    /// What the client was told, or would have been had it waited.
    public let status: StatusCode
    /// From the request's headers to the end of its stream.
    public let nanoseconds: UInt64
    /// Messages that handlers had.
    public let messagesIn: Int
    /// Messages that handlers sent.
    public let messagesOut: Int
    /// Bytes of the request's messages as they came.
    public let bytesIn: Int
    /// Bytes of the answer's messages as they were sent.
    public let bytesOut: Int
    /// The request's metadata.
    public let metadata: MetadataBlock
}

/// Is told of each call that ends, on its loop: it must not wait.
public protocol CallObserver: AnyObject, Sendable {
    /// A call has ended with that status; `call` tells the rest, where it is wanted.
    func ended(_ status: StatusCode, onLoop loop: Int, _ call: () -> EndedCall)
}

/// What is kept of a call for an observer.
struct CallRecord {
    /// Where no handler knows it.
    var path: [UInt8] = []
    var bytesIn = 0
    var bytesOut = 0
}

extension Transport {
    /// Tells the observer of each call that begins from now on, when it has ended; `nil`: nobody.
    public func observe(by observer: (any CallObserver)?) async {
        _ = await onEachLoop { $0.observer = observer }
    }
}
