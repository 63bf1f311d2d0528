import GRPCWire
import Synchronization

/// What any thread may do with a call by its handle. On the call's loop it is done at once; elsewhere the answer comes from what the
/// loop has told of the call, and the work goes through the mailbox.
extension CallLoop {
    /// The call, where it is open. On the loop.
    public func call(_ handle: CallHandle) -> ServerCall? {
        guard let call = calls.lookUp(handle), call.service == .open else { return nil }
        return call
    }

    /// Whether the handle's call is open.
    public func isOpen(_ handle: CallHandle) -> Bool { calls.slot(of: handle) != nil }

    /// Sends initial metadata.
    public func send(metadata: MetadataBlock, to handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.send(metadata: metadata) ?? .closed }
        return mail(handle) { _ = $0.send(metadata: metadata) }
    }

    /// Queues a message; the bytes are copied.
    public func send(_ message: UnsafeRawBufferPointer, to handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.send(message) ?? .closed }
        guard message.count <= limits.maxSendMessageBytes else { return .tooLarge }
        let copy = SharedBytes(count: message.count)
        copy.bytes.copyMemory(from: message)
        return mail(copy, to: handle)
    }

    /// Queues a shared message.
    public func send(_ message: SharedBytes, to handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.send(message) ?? .closed }
        return mail(message, to: handle)
    }

    private func mail(_ message: SharedBytes, to handle: CallHandle) -> ServerCall.SendResult {
        guard message.count <= limits.maxSendMessageBytes else { return .tooLarge }
        guard let slot = calls.slot(of: handle) else { return .closed }
        guard !calls.isFinished(handle) else { return .misplaced }
        let size = message.count + MessagePrefix.size
        let mailed = slot.pointee.mailed.wrappingAdd(size, ordering: .relaxed).newValue
        let full = mailed + slot.pointee.queued.load(ordering: .relaxed) >= limits.sendBufferBytes
        mail { loop in
            // By the slot and not by the call, which may have ended: what was added is taken off again in any case.
            loop.calls.slot(handle.slot)?.pointee.mailed.wrappingSubtract(size, ordering: .relaxed)
            guard let call = loop.call(handle) else { return }
            _ = call.send(message)
            if full { call.promiseDrain() }
        }
        return full ? .full : .ok
    }

    /// Ends the call.
    public func finish(_ end: CallEnd, _ handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.finish(end) ?? .closed }
        guard isOpen(handle) else { return .closed }
        guard calls.markFinished(handle) else { return isOpen(handle) ? .misplaced : .closed }
        return mail(handle) { _ = $0.finish(end) }
    }

    /// Sets whether the call's messages are compressed from here on.
    public func setCompression(_ on: Bool, of handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.setCompression(on) ?? .closed }
        return mail(handle) { _ = $0.setCompression(on) }
    }

    /// Sets the call's demand.
    public func request(_ messages: UInt32, of handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.request(messages) ?? .closed }
        return mail(handle) { _ = $0.request(messages) }
    }

    /// Keeps the call's checkpoint.
    public func checkpoint(_ bytes: UnsafeRawBufferPointer, of handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.setCheckpoint(bytes) ?? .closed }
        let copy = Array(bytes)
        return mail(handle) { call in _ = copy.withUnsafeBytes { call.setCheckpoint($0) } }
    }

    /// Takes back a message that the handler has not used.
    public func giveBack(_ message: UnsafeRawBufferPointer, of handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.giveBack(message) ?? .closed }
        let copy = Array(message)
        return mail(handle) { call in _ = copy.withUnsafeBytes { call.giveBack($0) } }
    }

    /// The answer of a handler that was asked to let the call go.
    public func yielded(_ letsGo: Bool, of handle: CallHandle) -> ServerCall.SendResult {
        if isCurrent { return call(handle)?.yielded(letsGo) ?? .closed }
        return mail(handle) { call in _ = call.yielded(letsGo) }
    }

    private func mail(_ handle: CallHandle, _ work: @escaping @Sendable (ServerCall) -> Void) -> ServerCall.SendResult {
        guard isOpen(handle) else { return .closed }
        mail { loop in
            if let call = loop.call(handle) { work(call) }
        }
        return .ok
    }
}
