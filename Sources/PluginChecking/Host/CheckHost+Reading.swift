import CStreamHost
import PluginLoading

/// What the plugin asks of its calls, and what it says of their moving.
extension CheckHost {
    func request(_ handle: sh_call, _ messages: UInt32) -> sh_status {
        locked {
            guard let call = usable(handle, "request") else { return .closed }
            if call.clientStreams { call.demand = messages }
            loop.wake()
            return .ok
        }
    }

    func metadata(_ handle: sh_call) -> (status: sh_status, entries: UnsafeBufferPointer<sh_metadata>) {
        let none = UnsafeBufferPointer<sh_metadata>(start: nil, count: 0)
        guard loop.isCurrent else {
            reportThread("metadata", tag: "[call]")
            return (.wrongThread, none)
        }
        return locked {
            guard usable(handle, "metadata") != nil else { return (.closed, none) }
            return (.ok, SampleMetadata.entries)
        }
    }

    func wasCompressed(_ handle: sh_call) -> Bool {
        if !loop.isCurrent { reportThread("was_compressed", tag: "[call]") }
        return false
    }

    func tlsIdentity(_ handle: sh_call, _ part: sh_tls_part, _ index: Int) -> (status: sh_status, value: sh_bytes) {
        if !loop.isCurrent { reportThread("tls_identity", tag: "[call]") }
        return (.unsupported, sh_bytes())
    }

    func checkpoint(_ handle: sh_call, _ bytes: UnsafeRawBufferPointer) -> sh_status {
        locked {
            guard let call = usable(handle, "checkpoint") else { return .closed }
            call.checkpoint = Array(bytes)
            return .ok
        }
    }

    func giveBack(_ handle: sh_call, _ message: UnsafeRawBufferPointer) -> sh_status {
        locked {
            guard let call = usable(handle, "give_back") else { return .closed }
            guard call.yield == .asked, call.clientStreams else {
                report(
                    .yield,
                    found:
                        "\(call.name): give_back \(call.clientStreams ? "while the call was not asked to move" : "in a method whose client sends one message")",
                    wanted: "give_back between on_yield and its answer, in methods whose client streams",
                    todo: call.clientStreams
                        ? "give back only when on_yield has come" : "leave it out: the host has kept the request, and delivers it again"
                )
                return .invalid
            }
            call.givenBack.append(Array(message))
            return .ok
        }
    }

    func yielded(_ handle: sh_call, _ answer: sh_status) -> sh_status {
        locked {
            guard let call = usable(handle, "yielded") else { return .closed }
            guard call.yield == .asked, answer == .ok || answer == .refused else {
                report(
                    .yield,
                    found: "\(call.name): yielded(\(answer.name)) \(call.yield == .asked ? "" : "for a call that was not asked to move")",
                    wanted: "yielded(SH_OK) or yielded(SH_REFUSED), once, after on_yield was answered with SH_PENDING",
                    todo: "answer on_yield with SH_PENDING first, and keep that an answer is owed"
                )
                return .invalid
            }
            settle(call, answer)
            loop.wake()
            return .ok
        }
    }

    /// Under the lock.
    func settle(_ call: CheckCall, _ answer: sh_status) {
        call.yield = answer == .ok ? .letGo : .stays
    }

    func reportThread(_ function: String, tag: String) {
        report(
            .threads,
            found: "\(function) was called on another thread than the loop's",
            wanted: "\(function) on the call's loop, as its tag \(tag) says",
            todo: "get there first: `post` or `loop_post` run a function on the loop"
        )
    }
}
