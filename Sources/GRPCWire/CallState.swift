/// The rules of one call on the server's side: how many messages may come and go, in which order, and when it is over.
/// It decides; the transport acts.
public struct CallState: Sendable, Equatable {
    /// What becomes of a message, or of the client's half-close.
    public enum OnReceive: Equatable, Sendable {
        case deliver
        /// The client broke the method's contract: end the call with this.
        case reject(Violation)
        /// The call is over; drop it.
        case ignore
    }

    /// How a client broke the method's contract. gRPC's `doc/statuscodes.md` wants UNIMPLEMENTED for both.
    public enum Violation: Equatable, Sendable {
        case secondRequest
        case noRequest

        /// The status that tells the client.
        public var status: Status {
            switch self {
            case .secondRequest:
                Status(.unimplemented, "found a second request message; this method takes exactly one")
            case .noRequest:
                Status(.unimplemented, "found no request message; this method takes exactly one")
            }
        }
    }

    /// What becomes of something that the handler sends.
    public enum OnSend: Equatable, Sendable {
        case accept
        /// Against the order of a response: metadata after a message, a second message of one, anything after the end.
        case misplaced
    }

    private enum Response: Equatable, Sendable {
        case idle
        case metadata
        case messages
        case finished
    }

    /// The method's kind.
    public let kind: MethodKind
    private var received: UInt32 = 0
    private var sent: UInt32 = 0
    private var response = Response.idle

    /// The state of a call that has just begun.
    public init(kind: MethodKind) {
        self.kind = kind
    }

    /// Whether ``finish()`` was accepted.
    public var isFinished: Bool { response == .finished }
    /// Whether the handler owes the one message that the method's answer is, should it end with OK.
    public var owesAnswer: Bool { !kind.serverStreams && (response == .idle || response == .metadata) }

    /// Whether nothing was delivered, sent or finished.
    public var isUntouched: Bool { received == 0 && response == .idle }

    /// Messages that were delivered, and not taken back.
    public var receivedCount: Int { Int(received) }

    /// Messages that the handler has sent.
    public var sentCount: Int { Int(sent) }

    /// Messages that were delivered are to be delivered again.
    public mutating func takeBack(messages: Int) { received -= min(received, UInt32(clamping: messages)) }

    /// A message has come.
    public mutating func receivedMessage() -> OnReceive {
        guard response != .finished else { return .ignore }
        if !kind.clientStreams, received == 1 { return .reject(.secondRequest) }
        received = received &+ 1
        return .deliver
    }

    /// The client has half-closed.
    public mutating func receivedEnd() -> OnReceive {
        guard response != .finished else { return .ignore }
        if !kind.clientStreams, received == 0 { return .reject(.noRequest) }
        return .deliver
    }

    /// The handler sends initial metadata.
    public mutating func sendMetadata() -> OnSend {
        guard response == .idle else { return .misplaced }
        response = .metadata
        return .accept
    }

    /// The handler sends a message.
    public mutating func sendMessage() -> OnSend {
        switch response {
        case .idle, .metadata:
            response = .messages
        case .messages:
            guard kind.serverStreams else { return .misplaced }
        case .finished:
            return .misplaced
        }
        sent = sent &+ 1
        return .accept
    }

    /// The handler, or the host in its place, ends the call.
    public mutating func finish() -> OnSend {
        guard response != .finished else { return .misplaced }
        response = .finished
        return .accept
    }
}
