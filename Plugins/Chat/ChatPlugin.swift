import StreamHostPlugin
import SwiftProtobuf

/// chat.ChatService: rooms in memory, each with its last messages, delivered live to whoever has joined.
///
/// A ``Room`` keeps each message once, encoded; a subscriber is only a place in the room's ``History`` and a signal. So
/// what a subscriber costs doesn't depend on how much is said or on whether it reads. `docs/services/chat.md` says what
/// clients see.
package struct ChatPlugin: Plugin {
    package static let name = "chat"
    package static let version = "1.0.0"

    let configuration: ChatConfiguration
    let rooms: Rooms

    package init(context: PluginContext) throws {
        configuration = try context.configuration(as: ChatConfiguration.self)
        let mint = MessageMint(context)
        rooms = Rooms(configuration, mint: mint)
        try Rooms.rehearse(configuration, mint: mint)
    }

    package func register(in registry: ServiceRegistry) throws {
        try registry.add("chat.ChatService", fileDescriptorSet: ChatDescriptors.fileDescriptorSet) { service in
            service.serverStreaming("JoinChat", reload: .migrate, joinChat)
            service.clientStreaming("SendMessage", reload: .migrate, sendMessage)
            service.serverStreaming("GetChatHistory", reload: .migrate, getChatHistory)
        }
    }

    package func save() throws -> SavedState? { rooms.save() }

    package func restore(_ state: SavedState) throws { try rooms.restore(state) }
}
