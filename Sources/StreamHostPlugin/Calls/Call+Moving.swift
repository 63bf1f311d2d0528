import CStreamHost
import Synchronization

/// How a call leaves for another generation: the host asks, the handler is interrupted where its checkpoint says all, and with its end the
/// call lets go.
extension Call {
    /// So many writes of a call that was asked for don't wait for a client that reads slowly. Bounded, as a handler may never come to a
    /// checkpoint.
    private static var mostHurried: UInt8 { 64 }

    /// The host asks for the call. On the loop.
    func yield() -> sh_status {
        var waits: [CallSignal] = []
        var reader: UnsafeContinuation<Void, Never>?
        var answer = sh_status(SH_PENDING)
        wakeWriters { shared in
            guard !shared.finished, !shared.cancelled else { return answer = sh_status(SH_REFUSED) }
            // Its request is still to come: the next generation gets it, and nothing is lost with this one.
            guard hasBegun else { return answer = sh_status(shared.inbound.isEmpty ? SH_OK : SH_REFUSED) }
            flags.askToYield()
            // Decided here only for those who wait: one who runs may be about to send.
            guard !shared.waits.isEmpty || shared.inbound.reader != nil, flags.decideToMove() else { return }
            swap(&waits, &shared.waits)
            reader = shared.inbound.takeReader()
        }
        reader?.resume()
        for signal in waits { signal.end() }
        return answer
    }

    /// Whether a writer goes on without waiting. Under the lock.
    func hurries(_ shared: inout Shared) -> Bool {
        guard flags.isYielding, shared.hurried < Self.mostHurried else { return false }
        shared.hurried += 1
        return true
    }

    // MARK: Checkpoints

    func checkpoint(_ bytes: UnsafeRawBufferPointer) throws {
        // Another task of the handler was interrupted: what it had stored is where the next generation begins.
        if flags.isMoving { throw CancellationError() }
        // Stored already: between two empty ones there is nothing to tell.
        if !bytes.isEmpty || !flags.isBlank { try store(bytes) }
        flags.checkpointed(blank: bytes.isEmpty)
        if flags.isYielding, flags.decideToMove() { throw CancellationError() }
    }

    private func store(_ bytes: UnsafeRawBufferPointer) throws {
        switch Int(host.checkpoint(handle, bytes)) {
        case Int(SH_OK): return
        // A host that moves no calls.
        case Int(SH_UNSUPPORTED): return
        case Int(SH_CLOSED): throw CancellationError()
        case Int(SH_TOO_LARGE):
            throw RPCError(.resourceExhausted, "the call's checkpoint has \(bytes.count) bytes, more than the host keeps")
        case let status:
            throw RPCError(.internalError, "the host refused a checkpoint of \(bytes.count) bytes (status \(status))")
        }
    }

    // MARK: Letting go

    /// The handler was interrupted, and has ended. Done on the loop, where no message can come between those that are given back and the end.
    func letGo() {
        guard executor.isCurrent else {
            let own = Unmanaged.passRetained(self).toOpaque()
            // SAFETY: the reference that is taken here is given back by the one run of the function.
            return host.post(executor.loop, { $0.map { Unmanaged<Call>.fromOpaque($0).takeRetainedValue().letGoOnLoop() } }, own)
        }
        letGoOnLoop()
    }

    private func letGoOnLoop() {
        defer { instance.taskEnded() }
        var queued = RequestBatch()
        let over = shared.withLock { shared in
            let over = shared.finished || shared.cancelled
            shared.finished = true
            shared.root = 0
            queued = shared.inbound.takeAll()
            return over
        }
        guard !over else { return }
        if method.clientStreams {
            // Held from here on: a task of the handler's that outlives it gets no more.
            guard !reading.exchange(true, ordering: .acquiring) else {
                PluginLogger(host: host).error(
                    "method \(method.name): a task takes requests after the end of its handler; its call can't move"
                )
                return host.finish(handle, RPCError(.unavailable, "the service was replaced; try again"), trailers: Metadata())
            }
            batch.forEachLeft { _ = host.giveBack(handle, $0) }
            queued.forEachLeft { _ = host.giveBack(handle, $0) }
        }
        host.yielded(handle)
    }
}
