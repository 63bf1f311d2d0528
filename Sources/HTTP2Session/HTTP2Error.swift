import CNghttp2

/// Why a session can't go on. The connection ends; others are not touched.
public struct HTTP2Error: Error, Sendable, CustomStringConvertible {
    /// nghttp2's error number (`nghttp2_error`), always negative.
    public let code: Int32

    /// Whether one of nghttp2's own bounds was reached.
    public var isFlood: Bool { code == Int32(NGHTTP2_ERR_FLOODED.rawValue) || code == Int32(NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue) }

    /// nghttp2's words for it.
    public var description: String {
        if code == Int32(NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue) {
            return "found bytes that don't begin an HTTP/2 connection; wanted the client preface (HTTP/2 with prior knowledge)"
        }
        return String(cString: nghttp2_strerror(code))
    }
}

/// HTTP/2 error codes (RFC 9113 7) that this project sends.
public enum HTTP2ErrorCode: UInt32, Sendable {
    case noError = 0
    case protocolError = 1
    case streamClosed = 5
    case enhanceYourCalm = 0xb
}

/// What a server announces and grants at the beginning of a connection.
public struct HTTP2Settings: Sendable {
    /// SETTINGS_MAX_CONCURRENT_STREAMS.
    public var maxConcurrentStreams: UInt32
    /// SETTINGS_INITIAL_WINDOW_SIZE, in bytes.
    public var streamWindow: UInt32
    /// The connection's window, in bytes.
    public var connectionWindow: UInt32
    /// SETTINGS_MAX_HEADER_LIST_SIZE, in bytes.
    public var maxHeaderListSize: UInt32
    /// What the client may cost beside its work. It isn't told.
    public var budget: FrameBudget.Limits

    /// Settings of those values.
    public init(
        maxConcurrentStreams: UInt32,
        streamWindow: UInt32,
        connectionWindow: UInt32,
        maxHeaderListSize: UInt32,
        budget: FrameBudget.Limits = FrameBudget.Limits()
    ) {
        self.maxConcurrentStreams = maxConcurrentStreams
        self.streamWindow = streamWindow
        self.connectionWindow = connectionWindow
        self.maxHeaderListSize = maxHeaderListSize
        self.budget = budget
    }
}
