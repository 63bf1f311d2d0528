import CNghttp2

/// The server's side of one HTTP/2 connection: bytes in, events out, bytes out. No I/O and no gRPC.
///
/// All of it is confined to one thread. Events come from inside ``receive(_:)`` and ``send()``, to the streams that the
/// delegate has made; from inside an event streams may be submitted to, resumed and reset, but neither of these two called.
public final class HTTP2Session {
    // SAFETY: made in init, freed in deinit; its user data is this object, unretained, which outlives it.
    private var session: OpaquePointer?
    private let memory: SessionMemory
    unowned(unsafe) let delegate: any HTTP2SessionDelegate
    /// Bytes left of the frame that is being read, where the stream ends with it; else `.max`.
    var bytesToEnd = Int.max
    /// Whether the header block that is being read belongs to a stream that the delegate has begun.
    var readsHead = false
    /// Bytes that may still be written before sending stops.
    var room = 0
    var budget: FrameBudget
    /// What the client has done too much of: the connection is to be ended. No stream begins any more.
    public internal(set) var overdraft: FrameBudget.Overdraft?
    var history = StreamHistory()
    private var scanner = FrameScanner()
    /// DATA frames of the chunk that is being read of which nghttp2 has told.
    var toldData = 0
    /// The stream that the client has just reset.
    var resetStream: Int32 = 0
    /// HEADERS and DATA that were sent.
    public internal(set) var sentUseful: UInt64 = 0
    /// Whether the client's SETTINGS have come, which are the end of its preface.
    public internal(set) var isGreeted = false
    /// The stream whose header block has begun and has not ended; 0: none.
    public internal(set) var openBlock: Int32 = 0

    /// A session that announces `settings` with its first bytes. The delegate must outlive it; the memory is its thread's.
    public init(settings: HTTP2Settings, memory: SessionMemory, delegate: any HTTP2SessionDelegate) throws(HTTP2Error) {
        self.delegate = delegate
        self.memory = memory
        budget = FrameBudget(settings.budget, now: delegate.coarseNow)
        var functions = memory.functions
        let result = nghttp2_session_server_new3(
            &session,
            SessionCallbacks.shared.table,
            Unmanaged.passUnretained(self).toOpaque(),
            SessionCallbacks.shared.options,
            &functions
        )
        guard result == 0 else { throw HTTP2Error(code: result) }
        let entries = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: settings.maxConcurrentStreams
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: settings.streamWindow
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: settings.maxHeaderListSize
            ),
            // RFC 9113 5.3.2: no client of gRPC sends priorities, and without the tree scheduling is cheaper.
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue),
                value: 1
            ),
        ]
        try check(nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count))
        try check(
            nghttp2_session_set_local_window_size(
                session,
                UInt8(NGHTTP2_FLAG_NONE.rawValue),
                0,
                Int32(clamping: settings.connectionWindow)
            )
        )
    }

    deinit {
        nghttp2_session_del(session)
    }

    private func check(_ result: Int32) throws(HTTP2Error) {
        guard result == 0 else { throw HTTP2Error(code: result) }
    }

    // MARK: Bytes

    /// Takes bytes of the socket; events come from inside.
    public func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Error) {
        history.beginChunk()
        toldData = 0
        let used = nghttp2_session_mem_recv(
            session,
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
            bytes.count
        )
        guard used >= 0 else { throw HTTP2Error(code: Int32(used)) }
        lookAgain(at: bytes)
    }

    // Finds in what was read just now what nghttp2 doesn't tell.
    private func lookAgain(at bytes: UnsafeRawBufferPointer) {
        let start = scanner
        var data = 0
        var selfDependent = false
        scanner.scan(bytes) { frame in
            switch frame.kind {
            case .data: data += 1
            case .priority: if frame.parent == frame.stream { selfDependent = true }
            default: break
            }
        }
        // Where the session has ended it is deaf to the rest.
        guard nghttp2_session_want_read(session) != 0 else { return }
        // RFC 7540 5.3.1, which RFC 9113 5.3.2 leaves to who still sends priorities.
        if selfDependent { terminate(.protocolError) }
        guard data != toldData else { return }
        for _ in toldData..<data { received(.other) }
        var again = start
        var late = false
        again.scan(bytes) { if history.isLate($0) { late = true } }
        if late { breached(.closed) }
    }

    /// Writes frames through the delegate and the streams until there is none, or `limit` bytes, and the frame that goes over, are written: then `true`.
    public func send(limit: Int) throws(HTTP2Error) -> Bool {
        room = limit
        while room > 0 {
            var pointer: UnsafePointer<UInt8>?
            let count = nghttp2_session_mem_send(session, &pointer)
            guard count >= 0 else { throw HTTP2Error(code: Int32(count)) }
            guard count > 0 else { return room <= 0 }
            delegate.write(UnsafeRawBufferPointer(start: pointer, count: count))
            room -= count
        }
        return true
    }

    /// Whether there is something to write.
    public var wantsWrite: Bool { nghttp2_session_want_write(session) != 0 }
    /// Whether the session has neither anything to read nor to write: the connection may be closed.
    public var isOver: Bool { nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0 }

    /// Frames other than DATA that wait to be written.
    public var queuedFrames: Int { nghttp2_session_get_outbound_queue_size(session) }

    // MARK: Responses

    /// Queues the response's headers; data follows as the stream's ``HTTP2Stream/outbound(max:)`` gives it.
    public func submitResponse(_ stream: HTTP2Stream, headers: HTTP2HeaderBlock) {
        // SAFETY: the pointer is read back only while the stream is open, and the delegate keeps it alive until it is closed.
        var provider = nghttp2_data_provider()
        provider.source.ptr = Unmanaged.passUnretained(stream).toOpaque()
        provider.read_callback = SessionCallbacks.readData
        nghttp2_submit_response(session, stream.id, headers.fields.baseAddress, headers.fields.count, &provider)
    }

    /// Queues headers that are the whole response.
    public func submitHeadersOnly(_ stream: HTTP2Stream, headers: HTTP2HeaderBlock) {
        nghttp2_submit_response(session, stream.id, headers.fields.baseAddress, headers.fields.count, nil)
    }

    /// Queues the trailers; they go out when the data has ended.
    public func submitTrailers(_ stream: HTTP2Stream, _ trailers: HTTP2HeaderBlock) {
        nghttp2_submit_trailer(session, stream.id, trailers.fields.baseAddress, trailers.fields.count)
    }

    /// Asks the stream for data again, after it answered ``HTTP2Stream/Outbound/wait``.
    public func resumeData(_ stream: HTTP2Stream) {
        nghttp2_session_resume_data(session, stream.id)
    }

    /// Resets the stream.
    public func reset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue)
    }

    // MARK: Flow control

    /// Lets the client send so many bytes ahead on the stream. Only ever more.
    public func setWindow(_ stream: HTTP2Stream, _ bytes: Int) {
        nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream.id, Int32(clamping: bytes))
    }

    /// The same for the connection.
    public func setConnectionWindow(_ bytes: Int) {
        nghttp2_session_set_local_window_size(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: bytes))
    }

    /// Gives so many bytes of the stream's window back.
    public func consume(_ stream: HTTP2Stream, _ bytes: Int) {
        nghttp2_session_consume_stream(session, stream.id, bytes)
    }

    // MARK: The end

    /// First step of a graceful shutdown: tells the client to begin no more streams; those on their way are still taken.
    public func announceShutdown() {
        nghttp2_submit_shutdown_notice(session)
    }

    /// Asks the client for a sign that it has read all that was sent before; its answer carries the same tag.
    public func ping(tag: UInt64) {
        withUnsafeBytes(of: tag) { bytes in
            _ = nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// Second step: GOAWAY with the last stream that was taken. RFC 9113 6.8: those above may be tried again elsewhere.
    /// `reason` goes with it, for whoever looks at the client.
    public func goAway(_ code: HTTP2ErrorCode = .noError, reason: String = "") {
        let text = Array(reason.utf8)
        nghttp2_submit_goaway(
            session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            nghttp2_session_get_last_proc_stream_id(session),
            code.rawValue,
            text,
            text.count
        )
    }

    /// A connection error: GOAWAY, and nothing is read or written after it.
    func terminate(_ code: HTTP2ErrorCode) { nghttp2_session_terminate_session(session, code.rawValue) }

    /// What a frame that begins breaks: it is answered.
    @inline(__always)
    func breached(_ breach: StreamHistory.Breach?) {
        switch breach {
        case nil: break
        case .closed: terminate(.streamClosed)
        case .lowerIdentifier: terminate(.protocolError)
        }
    }

    // MARK: What the client costs

    @inline(__always)
    func received(_ frame: FrameBudget.Frame) {
        if let overdraft = budget.received(frame, now: delegate.coarseNow) { self.overdraft = overdraft }
    }

    func receivedUselessField() {
        if let overdraft = budget.receivedUseless(now: delegate.coarseNow) { self.overdraft = overdraft }
    }

    func forcedReset() {
        if let overdraft = budget.forcedReset(now: delegate.coarseNow) { self.overdraft = overdraft }
    }
}
