import HTTP2Session

/// Windows that grow with the path.
extension Connection {
    /// So many bytes of messages have come.
    @inline(__always)
    func counted(_ bytes: Int) {
        if probe.received(bytes) { beginProbe() }
    }

    private func beginProbe() {
        probe.began(at: now())
        session.ping(tag: Ping.bandwidth.rawValue)
        askFlush()
    }

    /// Lets a call whose handler takes what comes have as much on its way as the path takes, within the budgets.
    @inline(__always)
    func widenWindow(of call: ServerCall) {
        guard probe.window > loop.limits.streamWindowBytes else { return }
        widen(call)
    }

    private func widen(_ call: ServerCall) {
        let before = call.rare?.extraWindow ?? 0
        let wanted = min(
            probe.window - loop.limits.streamWindowBytes - before,
            loop.limits.maxConnectionWindowBytes - widened
        )
        guard wanted > 0 else { return }
        let granted = registry.windows.take(wanted)
        guard granted > 0 else { return }
        widened += granted
        call.withRare { $0.extraWindow = before + granted }
        session.setWindow(call, loop.limits.streamWindowBytes + before + granted)
    }

    /// The call's stream has ended.
    func giveUpWindow(of call: ServerCall) {
        guard let extra = call.rare?.extraWindow, extra > 0 else { return }
        call.rare?.extraWindow = 0
        widened -= extra
        registry.windows.giveBack(extra)
    }

    /// Gives window of the stream back to the client.
    func giveWindow(_ bytes: Int, to call: ServerCall) {
        session.consume(call, bytes)
        // Not from inside a read alone: a handler's demand may come at any time.
        if session.wantsWrite { askFlush() }
    }
}
