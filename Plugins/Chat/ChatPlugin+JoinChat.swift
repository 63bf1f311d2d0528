import StreamHostPlugin

extension ChatPlugin {
    typealias JoinChat =
        @Sendable (Chat_JoinRequest, ResponseWriter<Chat_ChatMessage>, CallContext) async throws -> Void

    /// The room's last messages, then the live ones, and a heartbeat whenever the stream was quiet for long.
    ///
    /// All of it is in this one closure, without others in it and without child tasks: a stream spends its life waiting
    /// here, and each frame under it is memory times the number of streams. For the same reason what it calls isn't
    /// inlined.
    var joinChat: JoinChat {
        { [self] request, writer, context in
            let room = try room(for: request)
            let signal = context.makeSignal()
            var cursor = try room.join(request.username)
            // Whether the room has the signal and will raise it. It may have just done so, unseen: then the next wait
            // ends at once.
            var asleep = false
            defer { room.leave(request.username, signal, asleep: asleep) }
            while true {
                switch room.next(at: cursor, signal, asleep: asleep) {
                case .entry(let message):
                    try await writer.write(message)
                    cursor += 1
                case .none:
                    asleep = true
                    asleep = try await !signal.wait(for: heartbeat)
                    if asleep { try await writer.write(try room.heartbeat()) }
                case .dropped(let count):
                    throw Self.tooSlow(count)
                }
            }
        }
    }

    private static func tooSlow(_ count: Int) -> RPCError {
        RPCError(
            .resourceExhausted,
            "read too slowly: \(count) messages left the room's history before they could be sent; join again"
        )
    }

    @inline(never)
    private func room(for request: Chat_JoinRequest) throws -> Room {
        let missing = [("username", request.username), ("room_id", request.roomID)].filter(\.1.isEmpty).map(\.0)
        guard missing.isEmpty else {
            throw RPCError(.invalidArgument, "\(missing.joined(separator: " and ")) must not be empty")
        }
        try checkLength(of: request.username, "username")
        try checkLength(of: request.roomID, "room_id")
        return try rooms.open(request.roomID)
    }

    func checkLength(of name: String, _ field: String) throws {
        guard name.utf8.count > configuration.maxNameBytes else { return }
        throw RPCError(
            .invalidArgument,
            "\(field): found \(name.utf8.count) bytes, wanted at most \(configuration.maxNameBytes)"
        )
    }
}
