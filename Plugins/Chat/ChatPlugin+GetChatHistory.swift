import StreamHostPlugin

extension ChatPlugin {
    // What `limit` means where it isn't set.
    private static let usualLimit = 50

    /// The latest messages since a time, oldest first, as they were when asked for.
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
        for message in room.latest(limit, since: request.sinceTimestamp) { try await writer.write(message) }
    }
}
