import StreamHostPlugin

extension ChatPlugin {
    typealias JoinChat =
        @Sendable (Chat_JoinRequest, ResponseWriter<Chat_ChatMessage>, CallContext) async throws -> Void

    /// The room's last messages, then the live ones, and a heartbeat whenever the stream was quiet for long; a good-bye when the server
    /// goes away.
    ///
    /// The checkpoint is the place in the room, and set whenever something was sent: so a stream that waits can move.
    ///
    /// All of it is in this one closure, without others in it and without child tasks, and what it keeps is one object: a
    /// stream spends its life waiting here, and its frame is memory times the number of streams. For the same reason what it
    /// calls isn't inlined.
    var joinChat: JoinChat {
        { [self] request, writer, context in
            let subscription = try Subscription(to: room(for: request), of: request.username, context)
            defer { subscription.end() }
            try subscription.checkpoint()
            while true {
                switch subscription.next() {
                case .entry(let message):
                    try await writer.write(message)
                    try subscription.checkpoint()
                case .none:
                    if try await subscription.signal.wait(for: subscription.room.quietTime) {
                        subscription.wasWoken()
                    } else {
                        let leaves = context.isDraining
                        try await writer.write(subscription.room.notice(leaves ? Self.goodbye : Self.heartbeat))
                        if leaves { return }
                        try subscription.checkpoint()
                    }
                case .dropped(let count):
                    throw Self.tooSlow(count)
                }
            }
        }
    }

    static let heartbeat = "ping"
    static let goodbye = "the server is going away: join again"

    static func tooSlow(_ count: Int) -> RPCError {
        RPCError(
            .resourceExhausted,
            "read too slowly: \(count) messages left the room's history before they could be sent; call again"
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
