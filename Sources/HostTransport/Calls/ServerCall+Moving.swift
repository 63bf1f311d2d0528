import GRPCWire

/// How a call leaves its handler, and goes on with another; the client sees one unbroken stream. What was sent is in the call's queue, and
/// leaves; what comes meanwhile is kept, within the window.
extension ServerCall {
    /// The handler's last word on where the call stands; empty where there is none.
    public var checkpoint: [UInt8] { handover?.checkpoint ?? [] }

    func withHandover(_ change: (Handover) -> Void) {
        let handover = self.handover ?? Handover()
        self.handover = handover
        change(handover)
    }

    /// Keeps the handler's word on where the call stands.
    public func setCheckpoint(_ bytes: UnsafeRawBufferPointer) -> SendResult {
        guard service == .open else { return .closed }
        withHandover { handover in
            handover.hasCheckpoint = true
            // Most replace one of the same size: in place, where nobody else has it.
            if handover.checkpoint.count == bytes.count {
                handover.checkpoint.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
            } else {
                handover.checkpoint = Array(bytes)
            }
        }
        return .ok
    }

    // MARK: Letting go

    /// Asks the handler to let the call go; the loop's hold is told when it has answered.
    func askToYield() {
        guard service == .open, let handler, !state.isFinished else { return }
        var alreadyAsked = false
        withHandover { handover in
            // Of one that an earlier move has given up waiting for.
            alreadyAsked = handover.yield != .none
            handover.isAwaited = true
            handover.askedAt = CallLoop.now
            pause(handover)
        }
        loop.awaitsAnswer(of: self)
        guard !alreadyAsked else { return }
        handover?.yield = .asked
        inEvent = true
        let answer = handler.yield(self)
        inEvent = false
        if state.isFinished {
            closeService()
        } else {
            switch answer {
            case .letsGo: letGo()
            case .stays: stay()
            // The answer may have come from inside the event.
            case .later: break
            }
        }
    }

    /// The handler's later answer.
    public func yielded(_ letsGo: Bool) -> SendResult {
        guard service == .open else { return .closed }
        guard let handover, handover.yield == .asked else { return .misplaced }
        handover.yield = letsGo ? .letsGo : .stays
        askAttention()
        return .ok
    }

    /// Takes a message back that the handler was given and has not used.
    public func giveBack(_ message: UnsafeRawBufferPointer) -> SendResult {
        guard service == .open else { return .closed }
        guard state.kind.clientStreams, let handover, handover.yield == .asked else { return .misplaced }
        guard handover.givenBackCount < state.receivedCount else { return .misplaced }
        MessagePrefix.frame(message, appendingTo: &handover.givenBack)
        handover.givenBackCount += 1
        return .ok
    }

    private func pause(_ handover: Handover) {
        guard !handover.isPaused else { return }
        handover.isPaused = true
        handover.pausedDemand = demand
        demand = 0
    }

    private func unpause(_ handover: Handover) {
        guard handover.isPaused else { return }
        handover.isPaused = false
        demand = handover.pausedDemand
        askAttention()
    }

    /// The move waits no longer: the call goes on here, until it does let go.
    func giveUpWaiting() {
        guard let handover, handover.isAwaited else { return }
        handover.isAwaited = false
        unpause(handover)
        cancelIfLost()
    }

    /// Tells the handler what was kept back while its answer was waited for.
    private func cancelIfLost() {
        guard service == .open, let lost = handover?.lost else { return }
        handover?.lost = nil
        cancelService(lost)
    }

    /// The handler has said no, or has ended the call: it goes on here.
    func stay() {
        guard let handover else { return }
        handover.yield = .none
        handover.givenBack = []
        handover.givenBackCount = 0
        unpause(handover)
        settle()
        cancelIfLost()
    }

    /// A move that waits for this call need not any more.
    func settle() {
        guard let handover, handover.isAwaited else { return }
        handover.isAwaited = false
        loop.settled()
    }

    /// The handler's last event; the call is nobody's until it is placed.
    func letGo() {
        guard service == .open, let handler else { return }
        inEvent = true
        handler.closed(self)
        inEvent = false
        userState = nil
        handler.group.callClosed(loop.index)
        loop.calls.remove(handle)
        // One that has had and sent nothing, and has no checkpoint, begins anew in the next.
        service = state.isUntouched && handover?.hasCheckpoint != true ? .held : .moving
        if let handover {
            handover.yield = .none
            handover.isPaused = false
        }
        demand = 0
        awaitsDrain = false
        // The next handler knows it by another name: what the last one still does with the old one reaches nobody.
        if let next = loop.calls.insert(self) {
            handle = next
            loop.calls.setQueued(queue.count, next)
            rearmDeadline()
        }
        settle()
        loop.letGo(self)
    }

    // MARK: Going on

    /// Hands the call to a handler: one that was let go, or that no handler has had yet. `false`: it was not taken.
    func adopt(by next: any CallHandler) -> Bool {
        let resumed = service == .moving
        let before = service
        // For one that nobody waits for any more: the handler gets to know what it is to clear.
        let request = resumed && !next.kind.clientStreams ? handover?.request : nil
        if resumed { rewind() } else { state = CallState(kind: next.kind) }
        take(next)
        demand = next.kind.clientStreams ? 1 : .max
        service = .open
        inEvent = true
        let taken = next.opened(self, resumed: resumed)
        inEvent = false
        guard taken else {
            next.group.callRefused(loop.index)
            userState = nil
            service = before
            demand = 0
            return false
        }
        next.group.callOpened(loop.index)
        if resumed { withHandover { $0.moves += 1 } }
        drainDue = drainAsked
        if let lost = handover?.lost {
            handover?.lost = nil
            inEvent = true
            request?.withUnsafeBytes { next.received(self, message: $0) }
            next.cancelled(self, reason: lost)
            inEvent = false
            closeService()
        } else if state.isFinished {
            closeService()
        } else {
            // What waits is delivered, and a half-close told again, at the end of the turn.
            askAttention()
        }
        return true
    }

    /// Puts back what the next handler is to get again.
    private func rewind() {
        endDelivered = false
        guard let handover else { return }
        if let request = handover.request {
            var framed: [UInt8] = []
            request.withUnsafeBytes { MessagePrefix.frame($0, appendingTo: &framed) }
            deframer.prepend(framed)
            state.takeBack(messages: 1)
            handover.redelivered += 1
            handover.request = nil
        }
        if handover.givenBackCount > 0 {
            deframer.prepend(handover.givenBack)
            state.takeBack(messages: handover.givenBackCount)
            handover.redelivered += handover.givenBackCount
            handover.givenBack = []
            handover.givenBackCount = 0
        }
    }

    /// Whether the message that is delivered now was so before a move already; asked once for each.
    @inline(__always)
    func takeRedelivered() -> Bool {
        guard let handover, handover.redelivered > 0 else { return false }
        handover.redelivered -= 1
        return true
    }

    /// Ends a call that no handler has.
    func abandon(_ status: Status?) {
        guard service == .moving || service == .held else { return }
        service = .closed
        loop.calls.remove(handle)
        if let deadlineTimer {
            loop.cancel(deadlineTimer)
            self.deadlineTimer = nil
        }
        forgetMetadata()
        if let status { _ = finish(CallEnd(status)) }
        dropInput()
    }
}
