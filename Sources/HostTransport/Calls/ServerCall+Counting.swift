import GRPCWire

/// What is counted of a call: on the line of its method and its loop, from the request's headers to the end of the stream.
extension ServerCall {
    /// The call has begun, and is the handler's; `nil`: nobody's.
    func countStart(_ found: (any CallHandler)?) {
        openedAt = loop.turnTime
        if let found { take(found) }
        counts.add(1, to: .started)
        guard loop.observer != nil else { return }
        withRare { $0.record = CallRecord(path: found == nil ? connection.head.path : []) }
        if !connection.head.metadata.isEmpty { metadata = MetadataBlock(copying: connection.head.metadata) }
    }

    /// From here on the call is that handler's. It is kept to the end of the stream, and with it the memory of the counts.
    @inline(__always)
    func take(_ next: any CallHandler) {
        handler = next
        counts = next.counts.line(loop.index)
    }

    @inline(__always)
    func countReceived(_ bytes: Int) {
        counts.add(bytes, to: .bytesIn)
        if let rare { rare.record?.bytesIn += bytes }
    }

    @inline(__always)
    func countSent(_ bytes: Int) {
        counts.add(bytes, to: .bytesSent)
        if let rare { rare.record?.bytesOut += bytes }
    }

    func countQueued(since before: Int) {
        counts.add(1, to: .messagesOut)
        counts.add(queue.count - before, to: .bytesQueued)
    }

    /// The stream has ended.
    func countEnd() {
        // A request that wasn't gRPC's, or whose headers weren't whole, was no call.
        guard openedAt > 0 else { return }
        counts.add(queue.count, to: .bytesDropped)
        let (code, nanoseconds) = (endCode, loop.turnTime &- openedAt)
        counts.addEnd(code, after: nanoseconds)
        guard let observer = loop.observer, let record = rare?.record else { return }
        observer.ended(code, onLoop: loop.index) { EndedCall(self, record, code, nanoseconds) }
    }

    /// The handler needs the metadata no more; an observer does, to the end.
    func forgetMetadata() {
        if rare?.record == nil { metadata = MetadataBlock() }
    }

    /// What the client was told, or would have been had it waited.
    private var endCode: StatusCode {
        guard state.isFinished else { return .cancelled }
        return rare?.end?.status.code ?? .ok
    }
}

extension EndedCall {
    fileprivate init(_ call: ServerCall, _ record: CallRecord, _ status: StatusCode, _ nanoseconds: UInt64) {
        path = call.handler?.path ?? record.path
        group = call.handler?.group
        peer = call.peer
        self.status = status
        self.nanoseconds = nanoseconds
        messagesIn = call.state.receivedCount
        messagesOut = call.state.sentCount
        bytesIn = record.bytesIn
        bytesOut = record.bytesOut
        metadata = call.metadata
    }
}
