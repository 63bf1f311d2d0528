import GRPCWire

/// Moving calls between handlers, on all loops.
extension Transport {
    /// Holds the group's new calls, and asks each of its calls that `moves` to let go. Returns when all have answered, or the time is over.
    ///
    /// ``endHold(routes:)`` must follow. One group is held at a time.
    public func beginHold(
        of group: CallGroup,
        within limit: Duration,
        moves: @escaping @Sendable (any CallHandler) -> Bool
    ) async {
        let (seconds, attoseconds) = limit.components
        let nanoseconds = UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
        // All loops at once: the pause is one, and not their sum.
        await withDiscardingTaskGroup { tasks in
            for loop in loops {
                tasks.addTask {
                    await withCheckedContinuation { continuation in
                        loop.mail { $0.beginHold(of: group, moves: moves, within: nanoseconds) { continuation.resume() } }
                    }
                }
            }
        }
    }

    /// Publishes the routes, and lets the calls that were held go on with their handlers. Where some are not taken, either another hold or
    /// ``returnNotTaken()`` must follow.
    public func endHold(routes: RouteTable) async -> MoveReport {
        await onEachLoop { loop in
            loop.routes = routes
            return loop.endHold()
        }.reduce(into: MoveReport()) { $0.add($1) }
    }

    /// Calls that were not taken go back to the handlers that they came from.
    public func returnNotTaken() async {
        _ = await onEachLoop { $0.returnNotTaken() }
    }

    /// Tells the group's calls that they should end soon.
    public func askToDrain(_ group: CallGroup) async {
        _ = await onEachLoop { $0.askToDrain(group) }
    }

    /// Ends the calls of the group of which `status` says how, and answers how many.
    public func endCalls(of group: CallGroup, _ status: @escaping @Sendable (any CallHandler) -> Status?) async -> Int {
        await onEachLoop { $0.endCalls(of: group, status) }.reduce(0, +)
    }

    /// The calls that are open, up to so many, and how many there are.
    public func calls(limit: Int, where wanted: @escaping @Sendable (CallGroup) -> Bool) async -> (calls: [CallSnapshot], total: Int) {
        let found = await onEachLoop { loop in
            var snapshots: [CallSnapshot] = []
            var total = 0
            for connection in loop.connections.values {
                connection.forEachCall { call in
                    guard call.service != .closed, let group = call.handler?.group, wanted(group) else { return }
                    total += 1
                    if snapshots.count < limit, let snapshot = CallSnapshot(call) { snapshots.append(snapshot) }
                }
            }
            return (snapshots, total)
        }
        return (Array(found.flatMap(\.0).prefix(limit)), found.map(\.1).reduce(0, +))
    }

    /// Runs the work on all loops at the same time; answers in the loops' order.
    func onEachLoop<R: Sendable>(_ work: @escaping @Sendable (CallLoop) -> R) async -> [R] {
        await withTaskGroup(of: (Int, R).self) { tasks in
            for loop in loops {
                tasks.addTask {
                    await withCheckedContinuation { continuation in
                        loop.mail { continuation.resume(returning: ($0.index, work($0))) }
                    }
                }
            }
            var answers: [(Int, R)] = []
            for await answer in tasks { answers.append(answer) }
            return answers.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
