import CStreamHost
import PluginLoading

/// Functions that run later on the loop.
extension CheckHost {
    func post(
        _ handle: sh_call,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?,
        release: HostTable.Callback?
    ) -> sh_status {
        let status = locked { () -> sh_status in
            guard let call = usable(handle, "post") else { return .closed }
            posts.append(Post(function: function, argument: argument, call: call, release: release))
            return .ok
        }
        if status == .ok { loop.wake() } else { release?(argument) }
        return status
    }

    func loopPost(_ loop: sh_loop, _ function: @escaping HostTable.Callback, _ argument: UnsafeMutableRawPointer?) -> sh_status {
        guard loop == 0 else {
            reportLoop(loop, "loop_post")
            return .invalid
        }
        locked { posts.append(Post(function: function, argument: argument, call: nil, release: nil)) }
        self.loop.wake()
        return .ok
    }

    func loopIsCurrent(_ loop: sh_loop) -> Bool { loop == 0 && self.loop.isCurrent }

    func startTimer(
        _ loop: sh_loop,
        _ nanoseconds: UInt64,
        _ function: @escaping HostTable.Callback,
        _ argument: UnsafeMutableRawPointer?
    ) -> sh_timer {
        guard loop == 0 else {
            reportLoop(loop, "timer_start")
            return 0
        }
        guard self.loop.isCurrent else {
            reportThread("timer_start", tag: "[loop]")
            return 0
        }
        return locked {
            lastTimer += 1
            let (due, overflow) = self.loop.now.addingReportingOverflow(nanoseconds)
            timers[lastTimer] = Timer(due: overflow ? .max : due, function: function, argument: argument)
            return lastTimer
        }
    }

    func cancelTimer(_ timer: sh_timer) -> sh_status {
        guard loop.isCurrent else {
            reportThread("timer_cancel", tag: "[loop]")
            return .wrongThread
        }
        return locked {
            if timer == 0 || timer > lastTimer {
                report(
                    .handles,
                    found: "timer_cancel with the timer \(timer), which the host never gave out",
                    wanted: "what timer_start answered, where that isn't 0",
                    todo: "set the kept handle to 0 when the timer has run, and don't cancel 0"
                )
            }
            return timers.removeValue(forKey: timer) == nil ? .closed : .ok
        }
    }

    private func reportLoop(_ loop: sh_loop, _ function: String) {
        report(
            .handles,
            found: "\(function) with the loop \(loop), which the host doesn't have",
            wanted: "the loop of sh_call_info",
            todo: "keep `info->loop` in on_open"
        )
    }
}
