import GRPCWire

/// Holding and placing the calls of a group, on one loop; ``Transport`` does it on all of them.
extension CallLoop {
    /// Calls of a group that wait to be placed.
    struct Hold {
        let number: Int
        let group: CallGroup
        let begun: UInt64
        var calls: [ServerCall] = []
        /// Calls whose handlers were asked.
        var asked: [ServerCall] = []
        /// Handlers that have not answered yet.
        var awaited = 0
        var allAsked = false
        var onSettled: (@Sendable () -> Void)?
    }

    func holds(_ group: CallGroup) -> Bool { hold?.group === group }

    /// Keeps a call that has just come, until there is a handler for it.
    func hold(_ call: ServerCall) {
        call.service = .held
        call.demand = 0
        hold?.calls.append(call)
    }

    /// From here on new calls of the group are held; each call of it that `moves` is asked to let go. `onSettled` is called when all have
    /// answered, or the time is over: those that haven't stay where they are.
    func beginHold(
        of group: CallGroup,
        moves: (any CallHandler) -> Bool,
        within limit: UInt64,
        onSettled: @escaping @Sendable () -> Void
    ) {
        lastHold += 1
        let number = lastHold
        hold = Hold(number: number, group: group, begun: Self.now, onSettled: onSettled)
        for call in calls(of: group) {
            guard let handler = call.handler, moves(handler) else { continue }
            call.askToYield()
        }
        hold?.allAsked = true
        reportIfSettled()
        guard hold?.onSettled != nil else { return }
        _ = schedule(.act { loop in loop.stopWaiting(number) }, at: Self.now &+ limit)
    }

    /// One more handler's answer is waited for.
    func awaitsAnswer(of call: ServerCall) {
        hold?.awaited += 1
        hold?.asked.append(call)
    }

    /// A handler that was waited for has answered.
    func settled() {
        hold?.awaited -= 1
        reportIfSettled()
    }

    private func reportIfSettled() {
        guard let hold, hold.allAsked, hold.awaited <= 0, let report = hold.onSettled else { return }
        self.hold?.onSettled = nil
        report()
    }

    private func stopWaiting(_ number: Int) {
        guard let hold, hold.number == number, hold.onSettled != nil else { return }
        for call in hold.asked { call.giveUpWaiting() }
        self.hold?.awaited = 0
        reportIfSettled()
    }

    /// A handler has let the call go.
    func letGo(_ call: ServerCall) {
        if let handler = call.handler, holds(handler.group) {
            hold?.calls.append(call)
        } else {
            // Later than its move could wait: it follows. There is no way back: with its last call its generation may have gone.
            if place(call) == .notTaken { call.abandon(Self.couldNotBeTaken) }
        }
    }

    /// Ends the hold: the calls go on with the handlers of the routes as they are now. Those that are not taken are kept: another hold, or
    /// ``returnNotTaken()``, must follow.
    func endHold() -> MoveReport {
        guard let ended = hold else { return MoveReport() }
        hold = nil
        var report = MoveReport()
        let calls = notTaken + ended.calls
        notTaken = []
        for call in calls {
            switch place(call) {
            case .moved: report.pauses.append(Self.now &- (call.handover?.askedAt ?? ended.begun))
            case .abandoned: report.abandoned += 1
            case .notTaken:
                notTaken.append(call)
                report.notTaken += 1
            case .opened: break
            }
        }
        report.holdNanoseconds = Self.now &- ended.begun
        return report
    }

    /// The calls that were not taken go back to the handlers that they came from, which know the same checkpoints.
    func returnNotTaken() {
        let calls = notTaken
        notTaken = []
        for call in calls {
            guard let previous = call.handler, call.adopt(by: previous) else {
                call.abandon(Self.couldNotBeTaken)
                continue
            }
        }
    }

    private static let couldNotBeTaken = Status(.unavailable, "the service could not take the call")

    private enum Placement { case opened, moved, notTaken, abandoned }

    private func place(_ call: ServerCall) -> Placement {
        guard let previous = call.handler else { return .abandoned }
        let resumed = call.service == .moving
        guard resumed || call.handover?.lost == nil else {
            call.abandon(nil)
            return .abandoned
        }
        guard let next = previous.path.withUnsafeBytes({ routes.handler(path: $0) }) else {
            call.abandon(previous.notServed)
            return .abandoned
        }
        if next.kind == previous.kind || !resumed, call.adopt(by: next) { return resumed ? .moved : .opened }
        guard !resumed else {
            call.handler = previous
            return .notTaken
        }
        call.abandon(Self.couldNotBeTaken)
        return .abandoned
    }

    /// Ends the group's calls of which `status` says how; answers how many those are.
    func endCalls(of group: CallGroup, _ status: (any CallHandler) -> Status?) -> Int {
        var ended = 0
        for call in calls(of: group) {
            guard let handler = call.handler, let status = status(handler) else { continue }
            call.reject(status, .retired)
            ended += 1
        }
        return ended
    }

    func askToDrain(_ group: CallGroup) {
        for call in calls(of: group) { call.askToDrain() }
    }

    private func calls(of group: CallGroup) -> [ServerCall] {
        var found: [ServerCall] = []
        for connection in connections.values {
            connection.forEachCall { call in
                if call.service == .open, call.handler?.group === group { found.append(call) }
            }
        }
        return found
    }
}

/// What became of the calls of a group that was held.
public struct MoveReport: Sendable, Equatable {
    /// They go on with their next handlers.
    public var moved: Int { pauses.count }
    /// Their next handlers didn't take them: they wait to be moved again, or to go back.
    public var notTaken = 0
    /// Ended, as nobody could take them, or nobody waited for them.
    public var abandoned = 0
    /// From the first call that was held to the last that went on, in nanoseconds: no call of the group was paused for longer.
    public var holdNanoseconds: UInt64 = 0
    /// Of each call that moved, from when its handler was asked to when the next one had it, in nanoseconds.
    public var pauses: [UInt64] = []

    /// Nothing.
    public init() {}

    mutating func add(_ other: MoveReport) {
        notTaken += other.notTaken
        abandoned += other.abandoned
        holdNanoseconds = max(holdNanoseconds, other.holdNanoseconds)
        pauses += other.pauses
    }
}
