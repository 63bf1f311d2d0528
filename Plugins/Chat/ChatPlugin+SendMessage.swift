import StreamHostPlugin
import SwiftProtobuf

extension ChatPlugin {
    /// Posts each message to its room as it comes; those that can't be posted are skipped and not counted. The checkpoint
    /// is the count: what was counted is posted, and the next generation goes on with the next message.
    @Sendable func sendMessage(
        _ requests: RequestStream<Chat_ChatMessage>,
        _ context: CallContext
    ) async throws -> Chat_SendResponse {
        var sent: Int = try Place.resumed(in: context) ?? 0
        // Most streams speak in one room.
        var room: Room?
        var iterator = requests.makeAsyncIterator()
        while true {
            // Where it would wait: not for each of many small messages.
            if !requests.isNextReady { try Place.checkpoint(sent, in: context) }
            guard let message = try await iterator.next() else { break }
            guard isValid(message) else { continue }
            let open: Room
            if let room, room.name == message.roomID { open = room } else { open = try rooms.open(message.roomID) }
            room = open
            let crowded = try open.say(message.content, by: message.username)
            sent += 1
            // The subscribers that were woken may wait behind this very task: let them run before what they are to
            // read is gone.
            if crowded { await Task.yield() }
        }
        return .with {
            $0.messagesSent = Int32(clamping: sent)
            $0.status = "success"
        }
    }

    private func isValid(_ message: Chat_ChatMessage) -> Bool {
        let names = 1...configuration.maxNameBytes
        return names.contains(message.username.utf8.count) && names.contains(message.roomID.utf8.count)
            && (1...configuration.maxContentBytes).contains(message.content.utf8.count)
    }
}
