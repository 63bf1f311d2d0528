import CStreamHost
import GRPCWire
import PluginLoading

/// What the plugin answers. From any thread.
extension CheckHost {
    /// After so many messages over the mark the call is taken for closed, or a plugin that never looks would never stop.
    static let mostOver = 1000

    func sendMetadata(_ call: sh_call, _ entries: UnsafeBufferPointer<sh_metadata>) -> sh_status {
        let fine = entries.allSatisfy { MetadataRules.isSendable($0.name.raw, $0.value.raw) }
        return locked {
            guard let call = usable(call, "send_metadata") else { return .closed }
            guard fine else { return .invalid }
            guard call.end == nil, call.sent == 0, !call.metadataSent else {
                report(
                    .messages,
                    found:
                        "\(call.name): send_metadata \(call.metadataSent ? "a second time" : call.sent > 0 ? "after a message" : "after finish")",
                    wanted: "initial metadata at most once, and before the first message",
                    todo: "send it first, or put it into the trailers of finish"
                )
                return .invalid
            }
            call.metadataSent = true
            return .ok
        }
    }

    func send(_ call: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status {
        locked { accept(call, message.count) }
    }

    func send(_ call: sh_call, _ message: OpaquePointer) -> sh_status {
        locked {
            guard let buffer = usable(message, "send_buffer") else { return .invalid }
            return accept(call, buffer.count)
        }
    }

    /// The judge's clients take nothing compressed.
    func compress(_ handle: sh_call, _ on: Bool) -> sh_status {
        locked {
            guard usable(handle, "compress") != nil else { return .closed }
            return on ? .invalid : .ok
        }
    }

    private func accept(_ handle: sh_call, _ count: Int) -> sh_status {
        guard let call = usable(handle, "send") else { return .closed }
        guard call.end == nil else {
            report(
                .messages,
                found: "\(call.name): a message was sent after finish",
                wanted: "finish as the last word on a call",
                todo: "send before finish; the host sends what is queued first"
            )
            return .invalid
        }
        guard call.serverStreams || call.sent == 0 else {
            report(
                .messages,
                found: "\(call.name): a second message was sent",
                wanted: "one message, as \(call.clientStreams ? "client streaming" : "unary") methods have",
                todo: "send one, or register the method as \(call.clientStreams ? "SH_BIDIRECTIONAL" : "SH_SERVER_STREAMING")"
            )
            return .invalid
        }
        call.sent += 1
        call.queued += count + MessagePrefix.size
        if call.awaitsDrain {
            call.sentOver += 1
            if call.sentOver > Self.mostOver { return .closed }
        }
        guard call.queued >= highWater else { return .ok }
        call.awaitsDrain = true
        return .full
    }

    func finish(_ handle: sh_call, _ finish: UnsafePointer<sh_finish>?) -> sh_status {
        var end = CheckCall.End(code: 0, message: "")
        if let finish {
            guard let read = sh_finish(reading: finish) else {
                report(
                    .finish,
                    found: "finish with a sh_finish whose struct_size is \(finish.pointee.struct_size)",
                    wanted: "at least \(sh_finish.requiredSize)",
                    todo: "set struct_size to sizeof(sh_finish)"
                )
                return .invalid
            }
            let trailers = UnsafeBufferPointer(start: read.trailers, count: read.trailers == nil ? 0 : read.trailer_count)
            let fine = trailers.allSatisfy { MetadataRules.isSendable($0.name.raw, $0.value.raw, inTrailers: true) }
            guard fine else { return .invalid }
            end = CheckCall.End(code: read.code, message: String(decoding: read.message.raw, as: UTF8.self))
        }
        return locked {
            guard let call = usable(handle, "finish") else { return .closed }
            guard call.end == nil else {
                report(
                    .finish,
                    found: "\(call.name): finish was called a second time",
                    wanted: "one finish a call",
                    todo: "remember that the call was finished; on_close is the only callback that follows"
                )
                return .invalid
            }
            call.end = end
            loop.wake()
            return .ok
        }
    }

    /// The handle's call, where it may still be used. Under the lock.
    func usable(_ handle: sh_call, _ function: String) -> CheckCall? {
        guard let call = calls[handle] else {
            report(
                .handles,
                found: "\(function) with the call handle \(handle), which the host never gave out",
                wanted: "the handle that on_open was given",
                todo: "keep the handle in the call's state"
            )
            return nil
        }
        guard call.yield != .letGo else {
            reportUseAfterLettingGo(call, function)
            return nil
        }
        switch call.life {
        case .opening, .open: return call
        case .closed(.finished):
            reportUseAfterOwnFinish(call, function)
        case .closed(.letGo):
            reportUseAfterLettingGo(call, function)
        case .closed(.cancelled), .closed(.refused):
            // Legal: it answers SH_CLOSED, which is how a handler that is busy elsewhere learns of it.
            call.staleUses += 1
        }
        return nil
    }

    private func reportUseAfterOwnFinish(_ call: CheckCall, _ function: String) {
        switch function {
        case "send", "send_buffer", "send_metadata":
            report(
                .messages,
                found: "\(call.name): \(function) after the plugin had finished the call",
                wanted: "finish as the last word on a call",
                todo: "send before finish; forget the handle in on_close"
            )
        case "finish":
            report(
                .finish,
                found: "\(call.name): finish was called a second time, after on_close",
                wanted: "one finish a call",
                todo: "remember that the call was finished; forget the handle in on_close"
            )
        default:
            call.staleUses += 1
        }
    }

    private func reportUseAfterLettingGo(_ call: CheckCall, _ function: String) {
        // The others change nothing that the next generation would miss.
        guard ["send", "send_buffer", "send_metadata", "finish", "checkpoint", "give_back"].contains(function) else {
            return call.staleUses += 1
        }
        report(
            .yield,
            found: "\(call.name): \(function) after the call was let go",
            wanted: "nothing more for a call that on_yield or `yielded` has answered with SH_OK: the next generation answers it now",
            todo: "send, checkpoint and give back first, and answer SH_OK last"
        )
    }
}

extension sh_status {
    static let ok = sh_status(SH_OK)
    static let unsupported = sh_status(SH_UNSUPPORTED)
    static let full = sh_status(SH_FULL)
    static let pending = sh_status(SH_PENDING)
    static let closed = sh_status(SH_CLOSED)
    static let invalid = sh_status(SH_INVALID)
    static let wrongThread = sh_status(SH_WRONG_THREAD)
    static let refused = sh_status(SH_REFUSED)

    /// As the header names it.
    var name: String {
        let names = [
            "SH_OK", "SH_FULL", "SH_PENDING", "SH_REFUSED", "SH_NO_MEMORY", "SH_WRONG_THREAD", "SH_UNSUPPORTED", "SH_INVALID",
            "SH_TOO_LARGE", "SH_CLOSED",
        ]
        guard (-7...2).contains(self) else { return "\(self)" }
        return names[self >= 0 ? Int(self) : Int(10 + self)]
    }
}
