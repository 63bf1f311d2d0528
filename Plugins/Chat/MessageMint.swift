import Glibc
import StreamHostPlugin

/// Makes messages: with ids of their own, the server's time, and encoded.
final class MessageMint: Sendable {
    // What a message takes besides its texts: the id, the time, tags and lengths, and the bookkeeping of its buffer.
    private static let overhead = 160

    private let context: PluginContext
    private let ids = MessageIDs()

    init(_ context: PluginContext) {
        self.context = context
    }

    var log: PluginLogger { context.log }

    /// Milliseconds since 1970.
    func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// A message that another generation has made.
    func take(_ encoded: UnsafeRawBufferPointer) throws -> Room.Message { try EncodedMessage(encoded: encoded, in: context) }

    /// A message, encoded, and about how much memory it takes.
    func encode(
        _ type: Chat_MessageType,
        _ content: String,
        by user: String,
        in room: String,
        at time: Int64
    ) throws -> (entry: Room.Message, bytes: Int) {
        var message = Chat_ChatMessage()
        message.messageID = ids.next()
        message.username = user
        message.roomID = room
        message.content = content
        message.timestamp = time
        message.type = type
        let bytes = content.utf8.count + user.utf8.count + room.utf8.count + Self.overhead
        return (try EncodedMessage(message, in: context), bytes)
    }
}
