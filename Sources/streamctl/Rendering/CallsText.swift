import AdminAPI

/// Open calls, for a person.
enum CallsText {
    static func lines(_ answer: Streamhost_Admin_V1_ListCallsResponse) -> [String] {
        guard !answer.calls.isEmpty else {
            return [answer.total > 0 ? "\(Human.count(answer.total, "call")) open, none of them shown" : "no calls are open"]
        }
        var table = Table([
            .text("PLUGIN"), .number("GEN"), .text("METHOD"), .text("PEER"), .number("AGE"), .number("DEADLINE"), .number("IN"),
            .number("OUT"), .number("QUEUED"), .number("MOVES"),
        ])
        for call in answer.calls {
            table.add([
                call.plugin, "\(call.generation)", call.method, call.peer, Human.milliseconds(Double(call.ageMs)),
                call.deadlineInMs < 0 ? "-" : "in \(Human.milliseconds(Double(call.deadlineInMs)))", "\(call.messagesIn)",
                "\(call.messagesOut)", Human.bytes(call.queuedBytes), "\(call.moves)",
            ])
        }
        let left = answer.total - Int64(answer.calls.count)
        return table.lines + (left > 0 ? ["\(left) more of \(answer.total); --limit N shows more"] : [])
    }
}
