import CNghttp2

/// nghttp2's callback table and options, the same for every session, and the way from its pointers back to objects.
///
/// SAFETY of the folder's pointer conversions: a session's user data is its ``HTTP2Session``, which frees the session in its deinit,
/// so no callback outlives it. A stream's user data is its ``HTTP2Stream``, which the delegate keeps until `closed`, where the
/// pointer is last read.
final class SessionCallbacks: @unchecked Sendable {
    // SAFETY: filled in init and only read afterwards; never freed, as the one instance lives as long as the process.
    static let shared = SessionCallbacks()

    private(set) var table: OpaquePointer?
    private(set) var options: OpaquePointer?

    private init() {
        guard nghttp2_session_callbacks_new(&table) == 0, nghttp2_option_new(&options) == 0 else { return }
        // Window is given back as handlers consume, not as bytes arrive.
        nghttp2_option_set_no_auto_window_update(options, 1)
        // Closed streams are only kept for the priority tree.
        nghttp2_option_set_no_closed_streams(options, 1)
        nghttp2_option_set_max_settings(options, 32)
        // These end a connection without a word. FrameBudget comes first, and says why; they are what stands behind it.
        nghttp2_option_set_max_continuations(options, 100_000)
        nghttp2_option_set_stream_reset_rate_limit(options, 1_000_000, 100_000)
        nghttp2_option_set_max_outbound_ack(options, 20_000)
        // Of types that it doesn't know nghttp2 tells only if they are asked for.
        for type in UInt8(0x0a)...UInt8.max { nghttp2_option_set_user_recv_extension_type(options, type) }
        nghttp2_session_callbacks_set_unpack_extension_callback(table, Self.ignoreExtension)
        nghttp2_session_callbacks_set_on_begin_frame_callback(table, Self.beginFrame)
        nghttp2_session_callbacks_set_on_begin_headers_callback(table, Self.beginHeaders)
        nghttp2_session_callbacks_set_on_header_callback(table, Self.header)
        nghttp2_session_callbacks_set_on_frame_recv_callback(table, Self.frameReceived)
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, Self.dataChunk)
        nghttp2_session_callbacks_set_on_frame_send_callback(table, Self.frameSent)
        nghttp2_session_callbacks_set_on_frame_not_send_callback(table, Self.frameNotSent)
        nghttp2_session_callbacks_set_on_stream_close_callback(table, Self.streamClosed)
        nghttp2_session_callbacks_set_send_data_callback(table, Self.sendData)
    }

    // Without taking a reference: a callback runs inside a call of the session's, whose caller has one, and a stream is the delegate's.

    @inline(__always)
    private static func with(_ userData: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> Void) {
        guard let userData else { return }
        Unmanaged<HTTP2Session>.fromOpaque(userData)._withUnsafeGuaranteedRef(body)
    }

    @inline(__always)
    private static func with(_ session: OpaquePointer?, _ id: Int32, _ body: (HTTP2Stream) -> Void) {
        guard let pointer = nghttp2_session_get_stream_user_data(session, id) else { return }
        Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef(body)
    }

    private static let beginFrame: nghttp2_on_begin_frame_callback = { _, header, userData in
        guard let header else { return 0 }
        let ends = header.pointee.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        with(userData) { session in
            session.bytesToEnd = ends ? header.pointee.length : .max
            switch nghttp2_frame_type(UInt32(header.pointee.type)) {
            case NGHTTP2_DATA:
                session.toldData += 1
                session.received(.data(count: header.pointee.length, endsStream: ends))
            case NGHTTP2_HEADERS:
                session.received(.headers)
                session.breached(session.history.receivedHeaders(header.pointee.stream_id))
            case NGHTTP2_CONTINUATION: session.received(.continuation)
            case NGHTTP2_RST_STREAM: session.received(.reset)
            case NGHTTP2_SETTINGS: session.received(.settings)
            case NGHTTP2_PRIORITY:
                session.received(.other)
                // RFC 9113 6.3: nghttp2 looks at none of them, as this server has said that it takes no priorities.
                if header.pointee.stream_id == 0 { session.terminate(.protocolError) }
            default: session.received(.other)
            }
        }
        return 0
    }

    private static let ignoreExtension: nghttp2_unpack_extension_callback = { _, _, _, _ in Int32(NGHTTP2_ERR_CANCEL.rawValue) }

    private static let beginHeaders: nghttp2_on_begin_headers_callback = { raw, frame, userData in
        guard let frame else { return 0 }
        let id = frame.pointee.hd.stream_id
        with(userData) { $0.openBlock = id }
        // A second block on a stream is the client's trailers: their fields are dropped.
        guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else { return 0 }
        with(userData) { session in
            let stream = session.overdraft == nil ? session.delegate.beginStream(id: id) : nil
            session.readsHead = stream != nil
            guard let stream else {
                nghttp2_submit_rst_stream(
                    raw,
                    UInt8(NGHTTP2_FLAG_NONE.rawValue),
                    id,
                    UInt32(NGHTTP2_REFUSED_STREAM.rawValue)
                )
                return
            }
            stream.id = id
            nghttp2_session_set_stream_user_data(raw, id, Unmanaged.passUnretained(stream).toOpaque())
        }
        return 0
    }

    private static let header: nghttp2_on_header_callback = { _, frame, name, nameCount, value, valueCount, _, userData in
        guard let frame else { return 0 }
        var goesOn = true
        with(userData) { session in
            // Trailers, and the block of a stream that was refused, are nobody's.
            if frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST, session.readsHead,
                session.delegate.received(
                    name: UnsafeRawBufferPointer(start: name, count: nameCount),
                    value: UnsafeRawBufferPointer(start: value, count: valueCount)
                )
            {
                return
            }
            session.receivedUselessField()
            goesOn = session.overdraft == nil
        }
        return goesOn ? 0 : Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }

    private static let frameReceived: nghttp2_on_frame_recv_callback = { raw, frame, userData in
        guard let frame else { return 0 }
        let header = frame.pointee.hd
        let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch nghttp2_frame_type(UInt32(header.type)) {
        case NGHTTP2_HEADERS:
            with(userData) { $0.openBlock = 0 }
            with(raw, header.stream_id) { stream in
                if frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST { stream.receivedHeaders(endStream: endsStream) }
                if endsStream { stream.receivedEndStream() }
            }
        case NGHTTP2_DATA:
            if endsStream { with(raw, header.stream_id) { $0.receivedEndStream() } }
        case NGHTTP2_RST_STREAM:
            // The stream is closed next.
            with(userData) { $0.resetStream = header.stream_id }
        case NGHTTP2_SETTINGS:
            with(userData) { $0.isGreeted = true }
        case NGHTTP2_PING:
            guard header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 else {
                with(userData) { $0.delegate.receivedPing() }
                break
            }
            let tag = withUnsafeBytes(of: frame.pointee.ping.opaque_data) { $0.loadUnaligned(as: UInt64.self) }
            with(userData) { $0.delegate.receivedPingAck(tag: tag) }
        default:
            break
        }
        return 0
    }

    private static let dataChunk: nghttp2_on_data_chunk_recv_callback = { raw, _, id, data, count, userData in
        // The connection's window is given back at once, so that a stream whose handler waits can't hold up the others; the
        // stream's own window bounds what it keeps.
        nghttp2_session_consume_connection(raw, count)
        var taken = false
        with(userData) { session in
            if session.bytesToEnd != .max { session.bytesToEnd -= min(count, session.bytesToEnd) }
            with(raw, id) { stream in
                taken = true
                stream.received(data: UnsafeRawBufferPointer(start: data, count: count), last: session.bytesToEnd == 0)
            }
        }
        if !taken { nghttp2_session_consume_stream(raw, id, count) }
        return 0
    }

    private static let frameSent: nghttp2_on_frame_send_callback = { raw, frame, userData in
        guard let frame else { return 0 }
        let header = frame.pointee.hd
        let type = nghttp2_frame_type(UInt32(header.type))
        switch type {
        case NGHTTP2_DATA:
            with(userData) { session in
                session.budget.sent(data: header.length)
                session.sentUseful &+= 1
            }
        case NGHTTP2_HEADERS:
            with(userData) { $0.sentUseful &+= 1 }
        case NGHTTP2_RST_STREAM:
            // Of itself the host resets only what has been answered.
            if frame.pointee.rst_stream.error_code != HTTP2ErrorCode.noError.rawValue { with(userData) { $0.forcedReset() } }
            return 0
        default:
            return 0
        }
        guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return 0 }
        with(userData) { $0.budget.completed() }
        with(raw, header.stream_id) { $0.sentEndStream() }
        return 0
    }

    private static let frameNotSent: nghttp2_on_frame_not_send_callback = { raw, frame, error, _ in
        // Only for headers that nghttp2 won't encode: for a stream that is closing there is nobody to tell.
        guard let frame, nghttp2_frame_type(UInt32(frame.pointee.hd.type)) == NGHTTP2_HEADERS,
            error == Int32(NGHTTP2_ERR_FRAME_SIZE_ERROR.rawValue) || error == Int32(NGHTTP2_ERR_HEADER_COMP.rawValue)
        else { return 0 }
        let id = frame.pointee.hd.stream_id
        with(raw, id) { $0.couldNotSend() }
        nghttp2_submit_rst_stream(raw, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, UInt32(NGHTTP2_INTERNAL_ERROR.rawValue))
        return 0
    }

    private static let streamClosed: nghttp2_on_stream_close_callback = { raw, id, code, userData in
        with(userData) { session in
            if session.openBlock == id { session.openBlock = 0 }
            let isReset = session.resetStream == id
            if isReset || nghttp2_session_get_stream_remote_close(raw, id) == 1 { session.history.closedByClient(id) }
        }
        guard let pointer = nghttp2_session_get_stream_user_data(raw, id) else { return 0 }
        nghttp2_session_set_stream_user_data(raw, id, nil)
        // Here a reference is taken: the delegate lets go of the stream meanwhile.
        Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue().closed(errorCode: code)
        return 0
    }

    static let readData: nghttp2_data_source_read_callback = { _, _, _, max, flags, source, _ in
        guard let source, let flags, let pointer = source.pointee.ptr else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        switch Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef({ $0.outbound(max: max) }) {
        case .wait:
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case .more(let count):
            flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
            return count
        case .last(let count):
            flags.pointee |= UInt32(
                NGHTTP2_DATA_FLAG_NO_COPY.rawValue | NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            )
            return count
        case .end(let count):
            flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue | NGHTTP2_DATA_FLAG_EOF.rawValue)
            return count
        }
    }

    private static let sendData: nghttp2_send_data_callback = { _, _, header, count, source, userData in
        guard let header, let pointer = source?.pointee.ptr else { return Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
        Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
            $0.writeData(frameHeader: UnsafeRawBufferPointer(start: header, count: 9), count: count)
        }
        // Data frames are written from inside one nghttp2_session_mem_send, as many as the windows allow: this is where it is stopped.
        var full = false
        with(userData) { session in
            session.room -= count
            full = session.room <= 0
        }
        return full ? Int32(NGHTTP2_ERR_PAUSE.rawValue) : 0
    }
}
