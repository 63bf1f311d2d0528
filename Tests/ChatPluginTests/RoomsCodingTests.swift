import FakeHost
import StreamHostPlugin
import SwiftProtobuf
import Testing

@testable import ChatPlugin

@LoopThread @Suite struct RoomsCodingTests {
    private let host = FakeHost()

    private func plugin(_ config: String = "{}") throws -> FakeGeneration {
        try FakeGeneration(ChatPlugin.self, in: FakeHost(config: config))
    }

    private func state(rooms: Int, messages: Int, bytes: Int) throws -> FakeGeneration.State {
        let generation = try plugin()
        let call = try #require(generation.open("chat.ChatService/SendMessage"))
        for room in 0..<rooms {
            for number in 0..<messages {
                var message = Chat_ChatMessage()
                message.username = "ada"
                message.roomID = "room \(room)"
                message.content = "\(number):" + String(repeating: "x", count: bytes)
                call.receive(try message.serializedBytes())
            }
        }
        call.halfClose()
        return try #require(try generation.save())
    }

    @Test func `a state comes back as it was saved`() throws {
        let state = try state(rooms: 3, messages: 30, bytes: 10)
        let next = try plugin()
        try next.restore(state)
        let again = try #require(try next.save())
        // Rooms are in no order.
        #expect(again.schema == "chat.rooms" && again.version == 1 && again.bytes.count == state.bytes.count)
        try next.restore(again)
    }

    @Test func `smaller limits leave out the oldest`() throws {
        let state = try state(rooms: 1, messages: 30, bytes: 10)
        let next = try plugin(#"{"historyMessages": 5, "maxRooms": 1}"#)
        try next.restore(state)
        var request = Chat_HistoryRequest()
        request.roomID = "room 0"
        let call = try #require(next.open("chat.ChatService/GetChatHistory", request: try request.serializedBytes()))
        #expect(try call.sent.map { String(try Chat_ChatMessage(serializedBytes: $0).content.prefix(3)) } == (25..<30).map { "\($0):" })
    }

    @Test func `a damaged state is refused, wherever it is cut, and changes nothing`() throws {
        let state = try state(rooms: 2, messages: 3, bytes: 4)
        let next = try plugin()
        for count in 0..<state.bytes.count {
            let cut = FakeGeneration.State(schema: state.schema, version: state.version, bytes: Array(state.bytes.prefix(count)))
            #expect(throws: FakeGeneration.Refused.self) { try next.restore(cut) }
        }
        for extra in [state.bytes + [0], Array(repeating: 255, count: 64)] {
            let wrong = FakeGeneration.State(schema: state.schema, version: state.version, bytes: extra)
            #expect(throws: FakeGeneration.Refused.self) { try next.restore(wrong) }
        }
        #expect(try next.save()?.bytes == [0, 0, 0, 0])
    }
}
