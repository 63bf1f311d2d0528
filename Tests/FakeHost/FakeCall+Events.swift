import CStreamHost

/// What the client and the host do to a call. Each runs what it makes ready.
extension FakeCall {
    /// A message comes. Demand is the host's business, and not looked at.
    public func receive(_ message: [UInt8]) {
        deliver(message)
        generation.host.run()
    }

    package func deliver(_ message: [UInt8]) {
        if !method.clientStreams { request = message }
        took(1)
        message.withUnsafeBytes { method.handler.on_message?(state, handle, sh_bytes($0)) }
    }

    /// The client has sent its last message.
    public func halfClose() {
        hasHalfClosed = true
        method.handler.on_half_close?(state, handle)
        generation.host.run()
    }

    /// The client reads again.
    public func drain() {
        isFull = false
        method.handler.on_writable?(state, handle)
        generation.host.run()
    }

    /// The call should end soon.
    public func askToDrain() {
        method.handler.on_drain?(state, handle)
        generation.host.run()
    }

    /// The client goes away.
    public func cancel() {
        method.handler.on_cancel?(state, handle, SH_CANCEL_BY_CLIENT)
        closeState()
        generation.host.run()
    }

    /// The plugin has ended it, or lets it go: its last event.
    public func closeState() {
        close()
        if let state { method.handler.on_close?(state, handle) }
        state = nil
    }

    // MARK: Moving

    /// The host asks for the call; what the plugin answers at once.
    public func askToYield() -> sh_status {
        asked()
        let answer = method.handler.on_yield?(state, handle) ?? sh_status(SH_REFUSED)
        generation.host.run()
        return answer
    }

    /// Whether the plugin has let go.
    public var hasLetGo: Bool { done.yielded == sh_status(SH_OK) }

    /// Opens the call, which its generation has let go, in another one, as the host does: with the checkpoint, the request again or what was
    /// given back, then `more` that came meanwhile, then the half-close.
    /// - Parameter clientIsGone: Whether nobody waits for it any more: then it is cancelled at once.
    public func resume(in next: FakeGeneration, more: [[UInt8]] = [], clientIsGone: Bool = false) -> FakeCall? {
        closeState()
        guard let call = next.make(method.name, metadata, after: done) else { return nil }
        call.hasHalfClosed = hasHalfClosed
        for message in (method.clientStreams ? done.givenBack : request.map { [$0] } ?? []) + more { call.deliver(message) }
        if hasHalfClosed { call.method.handler.on_half_close?(call.state, call.handle) }
        if clientIsGone {
            call.cancel()
        } else {
            next.host.run()
        }
        return call
    }

    /// Asks for the call, and opens it in the next generation; `nil` where it isn't let go.
    public func move(to next: FakeGeneration, more: [[UInt8]] = [], clientIsGone: Bool = false) -> FakeCall? {
        _ = askToYield()
        guard hasLetGo || generation.host.run(until: { hasLetGo }) else { return nil }
        return resume(in: next, more: more, clientIsGone: clientIsGone)
    }
}
