import StreamHostPlugin

extension ChatPlugin {
    // What `limit` means where it isn't set.
    private static let usualLimit = 50

    /// The latest messages since a time, oldest first, as they were when asked for. The checkpoint is what is still to be sent.
    @Sendable func getChatHistory(
        _ request: Chat_HistoryRequest,
        _ writer: ResponseWriter<Chat_ChatMessage>,
        _ context: CallContext
    ) async throws {
        guard !request.roomID.isEmpty else { throw RPCError(.invalidArgument, "room_id must not be empty") }
        try checkLength(of: request.roomID, "room_id")
        guard request.limit >= 0 else {
            throw RPCError(
                .invalidArgument,
                "limit: found \(request.limit), wanted 1 or more, or 0 for \(Self.usualLimit)"
            )
        }
        guard let room = rooms.find(request.roomID) else {
            throw RPCError(.notFound, "Room not found: \(request.roomID)")
        }
        let limit = request.limit == 0 ? Self.usualLimit : Int(request.limit)
        let numbers = try Place.resumed(in: context) ?? room.numbers(ofLatest: limit, since: request.sinceTimestamp)
        let messages = room.messages(in: numbers)
        // Only after a move: until then the messages are kept here.
        guard messages.count == numbers.count else { throw Self.tooSlow(numbers.count - messages.count) }
        try Place.checkpoint(numbers, in: context)
        for (sent, message) in messages.enumerated() {
            try await writer.write(message)
            try Place.checkpoint(numbers.dropFirst(sent + 1), in: context)
        }
    }
}
