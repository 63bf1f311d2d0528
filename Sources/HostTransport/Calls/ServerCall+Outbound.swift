import GRPCWire
import HTTP2Session
import NIOCore

extension ServerCall {
    // MARK: What the handler does

    /// Sends initial metadata.
    public func send(metadata: MetadataBlock) -> SendResult {
        guard !streamClosed else { return .closed }
        guard state.sendMetadata() == .accept else { return .misplaced }
        withRare { $0.initialMetadata = metadata }
        flushLater()
        return .ok
    }

    /// Queues a message; the bytes are copied.
    public func send(_ message: UnsafeRawBufferPointer) -> SendResult {
        guard service == .open, !streamClosed else { return .closed }
        guard message.count <= loop.limits.maxSendMessageBytes else { return .tooLarge }
        guard state.sendMessage() == .accept else { return .misplaced }
        let before = queue.count
        if let packed = compression?.compressed(message, loop.deflater) {
            queue.append(packed, compressed: true)
        } else {
            queue.append(message)
        }
        return queued(since: before)
    }

    /// Queues a shared message.
    public func send(_ message: SharedBytes) -> SendResult {
        guard service == .open, !streamClosed else { return .closed }
        guard message.count <= loop.limits.maxSendMessageBytes else { return .tooLarge }
        guard state.sendMessage() == .accept else { return .misplaced }
        let before = queue.count
        queue.append(compression?.compressed(message, loop.deflater) ?? message)
        return queued(since: before)
    }

    /// Whether messages are compressed from here on, whatever the configuration says.
    /// - Returns: `misplaced` where the client takes nothing compressed, or was not told in time that something would be.
    public func setCompression(_ on: Bool) -> SendResult {
        guard service == .open, !streamClosed else { return .closed }
        let compression = self.compression ?? CallCompression(inbound: .identity, outbound: .identity, rule: CompressionPolicy.Rule())
        guard compression.set(on, accepts: accepts, headersAreSent: headersSubmitted) else { return on ? .misplaced : .ok }
        self.compression = compression
        return .ok
    }

    private func queued(since before: Int) -> SendResult {
        countQueued(since: before)
        loop.calls.setQueued(queue.count, handle)
        countHeld()
        flushLater()
        guard queue.count >= loop.limits.sendBufferBytes else { return .ok }
        awaitsDrain = true
        return .full
    }

    /// Another thread was told that the queue is full: it waits for the drain, which may already have been.
    func promiseDrain() {
        awaitsDrain = true
        askAttention()
    }

    /// Ends the call; what is queued goes out first.
    public func finish(_ end: CallEnd) -> SendResult {
        guard !streamClosed else { return .closed }
        let owes = state.owesAnswer && service == .open
        guard state.finish() == .accept else { return .misplaced }
        // A client would take OK without a message for a fault of its own.
        let missing = owes && end.status.code == .ok
        // OK and nothing more is what a call without an end of its own ends with.
        if missing || !end.isPlainOK {
            let kept = missing ? CallEnd(Status(.internal, "the service ended the call without an answer")) : end
            withRare { $0.end = kept }
        }
        if service == .open {
            if end.status.code == .unknown { handler?.group.callFailed(loop.index) }
            _ = loop.calls.markFinished(handle)
            if !inEvent { askAttention() }
        }
        flushLater()
        return .ok
    }

    func flushLater() {
        guard !needsFlush else { return }
        needsFlush = true
        connection.needsFlush(self)
    }

    // MARK: What the session asks

    /// Submits what is new since the last flush.
    func submit() {
        needsFlush = false
        guard !streamClosed else { return }
        if headersSubmitted {
            guard dataDeferred else { return }
            dataDeferred = false
            connection.session.resumeData(self)
            return
        }
        headersSubmitted = true
        if queue.count == 0, rare?.initialMetadata == nil, state.isFinished {
            connection.session.submitHeadersOnly(self, headers: headersOnly)
        } else if let initialMetadata = rare?.initialMetadata {
            let fields = initialFields + encodingFields + ResponseHeaders.fields(initialMetadata)
            connection.session.submitResponse(self, headers: HTTP2HeaderBlock(fields))
        } else if compression == nil, codec.isEmpty {
            connection.session.submitResponse(self, headers: ResponseHeaders.initial)
        } else {
            connection.session.submitResponse(self, headers: HTTP2HeaderBlock(initialFields + encodingFields))
        }
    }

    private var initialFields: [ResponseHeaders.Field] {
        codec.isEmpty ? ResponseHeaders.initialFields : ResponseHeaders.initialFields(codec)
    }

    private var encodingFields: [ResponseHeaders.Field] {
        compression.map { ResponseHeaders.encodingFields($0.outbound) } ?? []
    }

    private var headersOnly: HTTP2HeaderBlock {
        guard let end = rare?.end ?? (codec.isEmpty ? nil : .ok) else { return ResponseHeaders.okOnly }
        return HTTP2HeaderBlock(initialFields + end.fields)
    }

    func nextData(max: Int) -> Outbound {
        if let plainText = rare?.plainText { return plainText.count <= max ? .end(plainText.count) : .more(max) }
        let count = min(queue.count, max)
        if state.isFinished, count == queue.count {
            connection.session.submitTrailers(self, rare?.end.map { HTTP2HeaderBlock($0.fields) } ?? ResponseHeaders.okTrailers)
            return .last(count)
        }
        guard count > 0 else {
            dataDeferred = true
            return .wait
        }
        return .more(count)
    }

    func writeNext(_ count: Int, after frameHeader: UnsafeRawBufferPointer) {
        connection.write(frameHeader)
        if let text = rare?.plainText {
            text.prefix(count).withUnsafeBytes { connection.write($0) }
            rare?.plainText = Array(text.dropFirst(count))
            return
        }
        queue.move(count, to: connection)
        connection.written &+= UInt64(count)
        countHeld()
        countSent(count)
        guard service == .open else { return }
        loop.calls.setQueued(queue.count, handle)
        if awaitsDrain, queue.count <= loop.limits.sendBufferBytes / 4 { askAttention() }
    }

    func responseSent() {
        // RFC 9113 8.1: the response is whole before the request is; the client need not send the rest.
        if !endReceived { connection.session.reset(self, .noError) }
    }

    /// The stream is no more.
    func streamEnded(_ reason: CancelReason) {
        guard !streamClosed else { return }
        streamClosed = true
        connection.giveUpWindow(of: self)
        countEnd()
        queue.removeAll()
        leave()
        countHeld()
        if service == .open, let handover, handover.isAwaited {
            // Its handler may have just ended, to go on elsewhere: then the next one is told. The hold keeps the call.
            handover.lost = reason
        } else {
            cancelService(reason)
        }
        connection.ended(self)
    }
}
