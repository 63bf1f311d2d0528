import GRPCWire
import HTTP2Session

extension ServerCall {
    // MARK: The request's head

    func headIsWhole() {
        switch connection.head.verdict() {
        case .call:
            open()
        case .status(let status):
            if connection.head.isTooLarge { loop.refusals.count(.headerList) }
            service = .closed
            countStart(nil)
            _ = finish(CallEnd(status))
        case .unknownEncoding(let status):
            service = .closed
            countStart(nil)
            let (name, value) = ResponseHeaders.acceptEncoding
            var encodings = MetadataBlock()
            name.withUnsafeBytes { name in value.withUnsafeBytes { encodings.append(name: name, value: $0) } }
            _ = finish(CallEnd(status, trailers: encodings))
        case .http(let code, let text):
            service = .closed
            answer(http: code, text: text)
        case .health:
            service = .closed
            let isLeaving = loop.isDraining || !loop.acceptsCalls
            answer(http: isLeaving ? 503 : 200, text: isLeaving ? "shutting down\n" : "streamhost\n")
        }
    }

    private func open() {
        let found = connection.head.path.withUnsafeBytes { routes.handler(path: $0) }
        countStart(found)
        if let found, loop.acceptsCalls, !found.group.isDraining, let refusal = admit(to: found) { return refuse(refusal) }
        guard let found, loop.acceptsCalls, !found.group.isDraining, let handle = loop.calls.insert(self) else {
            service = .closed
            _ = finish(CallEnd(refusal(found)))
            return
        }
        state = CallState(kind: found.kind)
        // The rules see to it that there is no second message where one is wanted.
        if !found.kind.clientStreams { demand = .max }
        self.handle = handle
        if metadata.isEmpty, !connection.head.metadata.isEmpty { metadata = MetadataBlock(copying: connection.head.metadata) }
        accepts = connection.head.accepts
        if !connection.head.codec.isEmpty { withRare { $0.codec = connection.head.codec } }
        let rule = loop.compression.rule(path: found.path)
        let (inbound, outbound) = (connection.head.encoding, rule.encoding(for: accepts))
        if inbound != .identity || outbound != .identity {
            compression = CallCompression(inbound: inbound, outbound: outbound, rule: rule)
        }
        if let timeout = connection.head.timeout {
            let at = CallLoop.now.addingReportingOverflow(timeout)
            deadline = at.overflow ? UInt64(Int64.max) : at.partialValue
            armDeadline()
        }
        guard !loop.holds(found.group) else { return loop.hold(self) }
        service = .open
        inEvent = true
        let taken = found.opened(self, resumed: false)
        inEvent = false
        if taken {
            found.group.callOpened(loop.index)
            if connection.isShuttingDown { askToDrain() }
        }
        if !taken {
            found.group.callRefused(loop.index)
            service = .closed
            loop.calls.remove(handle)
            if let deadlineTimer { loop.cancel(deadlineTimer) }
            _ = finish(CallEnd(Status(.internal, "the service could not take the call")))
        } else if state.isFinished {
            closeService()
        }
    }

    private var routes: RouteTable { connection.purpose == .services ? loop.routes : loop.adminRoutes }

    private func refusal(_ found: (any CallHandler)?) -> Status {
        guard loop.acceptsCalls else { return Status(.unavailable, "the server is shutting down") }
        guard let found else { return unknownMethod() }
        if found.group.isDraining { return Status(.unavailable, "the service is being drained") }
        return Status(.resourceExhausted, "the server has no room for one more call")
    }

    private func unknownMethod() -> Status {
        let path = String(decoding: connection.head.path.prefix(256), as: UTF8.self)
        let known = connection.head.path.withUnsafeBytes { routes.hasService(of: $0) }
        return Status(.unimplemented, known ? "unknown method \(path)" : "unknown service of \(path)")
    }

    // MARK: The request's messages

    func dataArrived(_ data: UnsafeRawBufferPointer, last: Bool) {
        uncredited += data.count
        countReceived(data.count)
        connection.counted(data.count)
        switch service {
        case .open where demand > 0: deliver(data, last: last)
        case .open, .held, .moving: deframer.append(data)
        case .none, .closed: dropInput()
        }
        countHeld()
    }

    /// Delivers what is there, as far as demand goes; then the half-close, if it is due. `last`: the request ends with this data.
    func deliver(_ data: UnsafeRawBufferPointer, last: Bool) {
        var input = data
        let limit = loop.limits.maxReceiveMessageBytes
        delivery: while demand > 0, service == .open {
            switch deframer.next(from: &input, limit: limit) {
            case .message(let message, let compressed):
                switch state.receivedMessage() {
                case .deliver:
                    if !takeRedelivered() { counts.add(1, to: .messagesIn) }
                    guard let message = plain(message, compressed, limit: limit) else { break }
                    demand -= 1
                    loop.deliversCompressed = compressed
                    if state.kind.clientStreams {
                        event { $0.received(self, message: message) }
                    } else if last && input.count == 0 && deframer.buffered == 0 {
                        deliver(request: message)
                    } else {
                        held = Array(message)
                        heldWasCompressed = compressed
                    }
                case .reject(let violation):
                    reject(violation.status)
                case .ignore:
                    break delivery
                }
            case .needMore:
                break delivery
            case .tooLarge(let size):
                reject(Status(.resourceExhausted, "found a message of \(size) bytes; this server takes \(limit) bytes"))
            case .badFlag(let flag):
                reject(Status(.internal, "found \(flag) as a message's compressed flag; wanted 0 or 1"))
            }
        }
        guard service == .open else { return dropInput() }
        if input.count > 0 { deframer.append(input) }
        countHeld()
        credit()
        if endReceived { deliverEnd() }
    }

    /// The message as it was before the client compressed it; `nil`: it can't be had, and the call is over.
    private func plain(_ message: UnsafeRawBufferPointer, _ compressed: Bool, limit: Int) -> UnsafeRawBufferPointer? {
        guard compressed else { return message }
        guard let encoding = compression?.inbound, encoding != .identity else {
            reject(Status(.internal, "found a compressed message without a grpc-encoding"))
            return nil
        }
        switch loop.inflater.inflate(message, encoding, limit: limit) {
        case .message(let plain):
            return plain
        case .tooLarge:
            reject(
                Status(
                    .resourceExhausted,
                    "found a message of more than \(limit) bytes, compressed to \(message.count); this server takes \(limit) bytes"
                )
            )
        case .malformed(let why):
            reject(Status(.internal, "found a message that is no \(encoding.name): \(why)"))
        }
        return nil
    }

    func requestEnded() {
        endReceived = true
        guard service == .open else { return giveHTTPAnswer() }
        // What demand has grown for meanwhile goes first.
        if demand > 0, deframer.buffered > 0 {
            deliver(UnsafeRawBufferPointer(start: nil, count: 0), last: false)
        } else {
            deliverEnd()
        }
    }

    private func deliverEnd() {
        guard !endDelivered, handover?.isPaused != true else { return }
        if deframer.buffered > 0 {
            // With demand everything whole has been delivered: what is left is a part of a message.
            if demand > 0 { reject(Status(.internal, "the request ended in the middle of a message")) }
            return
        }
        endDelivered = true
        if let message = held {
            held = nil
            loop.deliversCompressed = heldWasCompressed
            message.withUnsafeBytes { deliver(request: $0) }
        }
        switch state.receivedEnd() {
        case .deliver: event { $0.halfClosed(self) }
        case .reject(let violation): reject(violation.status)
        case .ignore: break
        }
    }

    /// Delivers the one message of a method that takes one.
    private func deliver(request: UnsafeRawBufferPointer) {
        if let handler, handler.keepsRequest { withHandover { $0.request = Array(request) } }
        event { $0.received(self, message: request) }
    }

    // MARK: Flow control

    /// Gives window back for what the handler has taken; with demand left, also for the part of a message that is wanted next.
    private func credit() {
        let held = demand > 0 ? 0 : deframer.buffered
        guard uncredited > held, !endReceived else { return }
        connection.widenWindow(of: self)
        connection.giveWindow(uncredited - held, to: self)
        uncredited = held
    }

    /// What is of no use any more costs neither memory nor window.
    func dropInput() {
        if deframer.buffered > 0 { deframer = Deframer() }
        countHeld()
        held = nil
        guard uncredited > 0, !streamClosed, !endReceived else { return }
        connection.giveWindow(uncredited, to: self)
        uncredited = 0
    }

    /// Demand: how many more messages may be delivered from now on.
    public func request(_ messages: UInt32) -> SendResult {
        guard service == .open else { return .closed }
        guard state.kind.clientStreams else { return .ok }
        if let handover, handover.isPaused {
            handover.pausedDemand = messages
            return .ok
        }
        demand = messages
        // Delivering from here could call the handler from inside its own event.
        if messages > 0, deframer.buffered > 0 || (endReceived && !endDelivered) || uncredited > 0 { askAttention() }
        return .ok
    }
}
