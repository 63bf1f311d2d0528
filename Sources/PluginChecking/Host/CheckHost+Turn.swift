import CStreamHost
import PluginLoading

/// What the host does on its loop: runs posts and timers, and tells calls what is new.
extension CheckHost {
    /// Does what is due. `false`: nothing was.
    func turn(now: UInt64) -> Bool {
        var worked = runPosts()
        worked = runTimers(now) || worked
        for call in locked({ openCalls }) { worked = step(call, now) || worked }
        return worked
    }

    var hasWork: Bool { locked { !posts.isEmpty } }

    /// When the next timer or deadline is.
    var nextDue: UInt64? {
        locked { (timers.values.map(\.due) + openCalls.compactMap(\.deadline)).min() }
    }

    private func runPosts() -> Bool {
        let due = locked {
            let due = posts
            posts = []
            return due
        }
        for post in due {
            if post.call?.isClosed == true { post.release?(post.argument) } else { post.function(post.argument) }
        }
        return !due.isEmpty
    }

    private func runTimers(_ now: UInt64) -> Bool {
        let due = locked { () -> [Timer] in
            let ids = timers.filter { $0.value.due <= now }.sorted { ($0.value.due, $0.key) < ($1.value.due, $1.key) }.map(\.key)
            // One at a time: each may cancel the next.
            return ids.prefix(1).compactMap { timers.removeValue(forKey: $0) }
        }
        for timer in due { timer.function(timer.argument) }
        return !due.isEmpty
    }

    /// The next thing that a call is to be told.
    private enum Event {
        case close(CheckCall.Ending), cancel(sh_cancel_reason), message([UInt8]), halfClose, writable
    }

    private func next(_ call: CheckCall, _ now: UInt64) -> Event? {
        guard call.life == .open else { return nil }
        if call.yield == .letGo { return .close(.letGo) }
        if call.end != nil { return .close(.finished) }
        if let reason = call.cancelReason { return .cancel(reason) }
        if let deadline = call.deadline, deadline <= now { return .cancel(SH_CANCEL_DEADLINE) }
        // Nothing is delivered while the call is asked to move.
        if call.yield != .asked {
            if !call.inbound.isEmpty, call.demand > 0 {
                if call.clientStreams { call.demand -= 1 }
                let message = call.inbound.removeFirst()
                call.delivered.append(message)
                return .message(message)
            }
            if call.inbound.isEmpty, call.halfClosed, !call.halfCloseTold {
                call.halfCloseTold = true
                return .halfClose
            }
        }
        if call.reads {
            call.queued = 0
            if call.awaitsDrain {
                call.awaitsDrain = false
                call.drains += 1
                return .writable
            }
        }
        return nil
    }

    private func step(_ call: CheckCall, _ now: UInt64) -> Bool {
        let handler = call.method.handler
        guard let event = locked({ next(call, now) }) else { return false }
        switch event {
        case .message(let message):
            enter("on_message", call)
            message.withUnsafeBytes { handler.on_message?(call.userState, call.handle, sh_bytes($0)) }
        case .halfClose:
            enter("on_half_close", call)
            handler.on_half_close?(call.userState, call.handle)
        case .writable:
            enter("on_writable", call)
            handler.on_writable?(call.userState, call.handle)
        case .cancel(let reason):
            close(call, .cancelled, reason)
        case .close(let ending):
            close(call, ending, nil)
        }
        leave()
        return true
    }

    // The call counts as closed before it is told: what it does with its handle from here on is answered SH_CLOSED.
    private func close(_ call: CheckCall, _ ending: CheckCall.Ending, _ reason: sh_cancel_reason?) {
        let handler = call.method.handler
        locked {
            call.life = .closed(ending)
            openCalls.removeAll { $0 === call }
        }
        if let reason {
            enter("on_cancel", call)
            handler.on_cancel?(call.userState, call.handle, reason)
        }
        enter("on_close", call)
        handler.on_close?(call.userState, call.handle)
        call.userState = nil
    }

    // MARK: What a check has done to a call. On the loop.

    /// Opens a call. `moved`: it goes on from there.
    func open(_ method: PluginMethod, service: String, deadline: UInt64?, from moved: CheckCall?, reads: Bool = true) -> CheckCall {
        let call = locked {
            // A generation tag in the upper half, so that it can't be taken for an index.
            lastHandle += 1
            let call = CheckCall(handle: (0x5348 + lastHandle) << 32 | lastHandle, method: method, service: service)
            call.deadline = deadline
            call.reads = reads
            // Of calls whose client doesn't stream the host takes the demand for granted.
            if !call.clientStreams { call.demand = .max }
            if let moved {
                call.metadataSent = moved.metadataSent || moved.sent > 0
                call.checkpoint = moved.checkpoint
                if !call.serverStreams { call.sent = moved.sent }
            }
            calls[call.handle] = call
            return call
        }
        var info = sh_call_info()
        info.struct_size = MemoryLayout<sh_call_info>.size
        info.loop = 0
        info.deadline_ns = deadline.map { Int64(clamping: $0) } ?? Int64.max
        info.peer = SampleMetadata.peer
        info.metadata = SampleMetadata.entries.baseAddress
        info.metadata_count = SampleMetadata.entries.count
        // One that has had nothing, sent nothing and set no checkpoint begins anew.
        info.resumed = moved.map { $0.checkpoint != nil || !$0.delivered.isEmpty || $0.sent > 0 || $0.metadataSent } == true ? 1 : 0
        enter("on_open", call)
        (moved?.checkpoint ?? []).withUnsafeBytes { checkpoint in
            info.checkpoint = sh_bytes(checkpoint)
            call.openStatus = method.handler.on_open?(method.instance, method.context, call.handle, &info, &call.userState) ?? .invalid
        }
        leave()
        locked {
            call.life = call.openStatus == .ok ? .open : .closed(.refused)
            if call.openStatus == .ok { openCalls.append(call) }
        }
        return call
    }

    /// Asks a call to move.
    func askToYield(_ call: CheckCall) {
        guard call.life == .open, call.end == nil else { return }
        guard let ask = call.method.handler.on_yield else { return call.yield = .stays }
        locked { call.yield = .asked }
        enter("on_yield", call)
        let answer = ask(call.userState, call.handle)
        leave()
        locked {
            switch answer {
            case .pending: break
            case .ok, .refused:
                if call.yield == .asked { settle(call, answer) }
            default:
                report(
                    .yield,
                    found: "\(call.name): on_yield answered \(answer.name)",
                    wanted: "SH_OK, SH_PENDING or SH_REFUSED",
                    todo: "answer one of them"
                )
                settle(call, .refused)
            }
        }
    }
}

extension sh_bytes {
    /// A view of those bytes, which must outlive it.
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), size: bytes.count)
    }
}
