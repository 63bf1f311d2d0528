import CStreamHost
import FakeHost
import StreamHostPlugin
import SwiftProtobuf
import Testing

@testable import ChatPlugin

@LoopThread @Suite struct ChatReloadTests {
    private let host = FakeHost()
    private let old: FakeGeneration
    private let new: FakeGeneration

    init() throws {
        old = try FakeGeneration(ChatPlugin.self, in: host)
        new = try FakeGeneration(ChatPlugin.self, in: host)
    }

    private func join(_ user: String, _ room: String = "r", in generation: FakeGeneration? = nil) throws -> FakeCall {
        var request = Chat_JoinRequest()
        request.username = user
        request.roomID = room
        return try #require((generation ?? old).open("chat.ChatService/JoinChat", request: try request.serializedBytes()))
    }

    private func sender(in generation: FakeGeneration? = nil) throws -> FakeCall {
        try #require((generation ?? old).open("chat.ChatService/SendMessage"))
    }

    private func said(_ text: String, by user: String = "eve", in room: String = "r") throws -> [UInt8] {
        var message = Chat_ChatMessage()
        message.username = user
        message.roomID = room
        message.content = text
        return try message.serializedBytes()
    }

    private func say(_ text: String, in generation: FakeGeneration? = nil) throws {
        let call = try sender(in: generation)
        call.receive(try said(text))
        call.halfClose()
        #expect(call.end?.code == 0)
    }

    /// Lets calls go, hands the state over, and opens them in the next generation, as the host does.
    private func reload(_ calls: [FakeCall], from one: FakeGeneration? = nil, to other: FakeGeneration? = nil, gone: Set<Int> = []) throws
        -> [FakeCall]
    {
        for call in calls {
            #expect(call.askToYield() == sh_status(SH_PENDING))
            #expect(call.hasLetGo)
        }
        try (one ?? old).handOver(to: other ?? new)
        return try calls.enumerated().map { try #require($1.resume(in: other ?? new, clientIsGone: gone.contains($0))) }
    }

    private func history(in generation: FakeGeneration? = nil) throws -> [String] {
        var request = Chat_HistoryRequest()
        request.roomID = "r"
        let call = (generation ?? new).open("chat.ChatService/GetChatHistory", request: try request.serializedBytes())
        return try #require(call).texts
    }

    @Test func `a subscriber reads on where it was, over many reloads`() throws {
        var calls = [try join("ada")]
        var read = calls[0].texts
        var sides = (old, new)
        for round in 0..<6 {
            try say("\(round)a", in: sides.0)
            read += calls[0].texts.dropFirst(round == 0 ? 1 : 0)
            calls = try reload(calls, from: sides.0, to: sides.1)
            try say("\(round)b", in: sides.1)
            sides = (sides.1, sides.0)
        }
        read += calls[0].texts
        #expect(read == ["ada joined the chat"] + (0..<6).flatMap { ["\($0)a", "\($0)b"] })
    }

    @Test func `a stream that moves posts neither LEAVE nor JOIN`() throws {
        let calls = [try join("ada"), try join("ada"), try join("bob")]
        let moved = try reload(calls)
        #expect(try history() == ["ada joined the chat", "bob joined the chat"])
        #expect(moved.allSatisfy { $0.texts.isEmpty })
        moved[0].cancel()
        #expect(try history().count == 2)
        moved[1].cancel()
        #expect(try history().last == "ada left the chat")
    }

    @Test func `a user of whose streams some have moved and some not yet is there all the time`() throws {
        let calls = [try join("ada"), try join("ada")]
        for call in calls { _ = call.askToYield() }
        try old.handOver(to: new)
        let first = try #require(calls[0].resume(in: new))
        // A new stream of hers, before the second of the old ones arrives.
        let third = try join("ada", in: new)
        first.cancel()
        third.cancel()
        #expect(try history() == ["ada joined the chat"])
        let second = try #require(calls[1].resume(in: new))
        second.cancel()
        #expect(try history() == ["ada joined the chat", "ada left the chat"])
    }

    @Test func `a stream that follows later than the others is counted once`() throws {
        let calls = [try join("ada"), try join("ada")]
        let moved = try reload([calls[0]])
        let late = try #require(calls[1].move(to: new))
        moved[0].cancel()
        #expect(try history() == ["ada joined the chat"])
        late.cancel()
        #expect(try history() == ["ada joined the chat", "ada left the chat"])
    }

    @Test func `the LEAVE of a client that went away meanwhile is posted`() throws {
        let calls = [try join("ada"), try join("bob")]
        let moved = try reload(calls, gone: [0])
        #expect(try history().last == "ada left the chat")
        #expect(moved[1].texts == ["ada left the chat"])
    }

    @Test func `a refused state leaves the streams to the old generation`() throws {
        let calls = [try join("ada"), try join("bob")]
        for call in calls { _ = call.askToYield() }
        let state = try #require(try old.save())
        let newer = FakeGeneration.State(schema: state.schema, version: state.version + 1, bytes: state.bytes)
        let refusal = #expect(throws: FakeGeneration.Refused.self) { try new.restore(newer) }
        #expect(refusal?.description.hasPrefix("found the state chat.rooms 2, this plugin knows chat.rooms up to 1") == true)
        let back = try calls.map { try #require($0.resume(in: old)) }
        try say("hello", in: old)
        #expect(back.map(\.texts) == [["hello"], ["hello"]])
        back[0].cancel()
        #expect(try history(in: old).suffix(2) == ["hello", "ada left the chat"])
    }

    @Test func `a generation that takes over again has what was said meanwhile`() throws {
        let ada = try join("ada")
        var calls = try reload([ada])
        try say("while the new one served", in: new)
        calls = try reload(calls, from: new, to: old)
        try say("back", in: old)
        #expect(calls[0].texts == ["back"])
        #expect(try history(in: old).suffix(2) == ["while the new one served", "back"])
    }

    @Test func `ids stay unique`() throws {
        var calls = [try join("ada")]
        var ids = calls[0].messages.map(\.messageID)
        for (one, other) in [(old, new), (new, old)] {
            try say("x", in: one)
            ids += calls[0].messages.suffix(1).map(\.messageID)
            calls = try reload(calls, from: one, to: other)
        }
        try say("y", in: old)
        ids += calls[0].messages.map(\.messageID)
        #expect(ids.count == 4 && Set(ids).count == 4)
    }

    @Test func `a sender's messages are posted once, whoever posts them`() throws {
        let call = try sender()
        for number in 0..<5 { call.deliver(try said("\(number)")) }
        _ = call.askToYield()
        #expect(call.hasLetGo)
        try old.handOver(to: new)
        let moved = try #require(call.resume(in: new, more: try (5..<8).map { try said("\($0)") }))
        moved.halfClose()
        #expect(try history() == (0..<8).map(String.init))
        let answer = try Chat_SendResponse(serializedBytes: try #require(moved.sent.first))
        #expect(answer.messagesSent == 8 && answer.status == "success")
    }

    @Test func `a history that is read slowly goes on where it was`() throws {
        for number in 0..<20 { try say("\(number)") }
        var request = Chat_HistoryRequest()
        request.roomID = "r"
        request.limit = 15
        let call = try #require(old.open("chat.ChatService/GetChatHistory"))
        call.isFull = true
        call.receive(try request.serializedBytes())
        call.halfClose()
        #expect(call.texts == ["5"])
        let moved = try reload([call])[0]
        try say("later", in: new)
        #expect(call.texts + moved.texts == (5..<20).map(String.init))
        #expect(moved.end?.code == 0)
    }

    @Test func `a stream says good-bye when the server goes away, whether it has moved or not`() throws {
        let call = try join("ada")
        let other = try reload([try join("bob")])[0]
        call.askToDrain()
        #expect(call.texts.last == "the server is going away: join again")
        #expect(call.end?.code == 0)
        other.askToDrain()
        #expect(other.texts.last == "the server is going away: join again")
        #expect(other.end?.code == 0 && host.timerCount == 0)
    }

    @Test func `a heartbeat doesn't come twice, nor keep a stream from moving`() throws {
        let call = try join("ada")
        host.advance(by: .seconds(31))
        #expect(call.texts == ["ada joined the chat", "ping"])
        #expect(try reload([call])[0].texts.isEmpty)
        #expect(host.timerCount == 1)
    }

    @Test func `a checkpoint that isn't chat's ends the stream, and its user leaves`() throws {
        let call = try join("ada")
        _ = call.askToYield()
        try old.handOver(to: new)
        var record = call.done
        record.checkpoint = [1, 2, 3]
        let moved = try #require(new.make("chat.ChatService/JoinChat", [], after: record))
        moved.deliver(try #require(try? Chat_JoinRequest.with { ($0.username, $0.roomID) = ("ada", "r") }.serializedBytes()))
        moved.halfClose()
        #expect(moved.end?.code == Int32(SH_GRPC_UNAVAILABLE))
        #expect(try history() == ["ada joined the chat", "ada left the chat"])
    }
}

extension FakeCall {
    fileprivate var messages: [Chat_ChatMessage] { sent.compactMap { try? Chat_ChatMessage(serializedBytes: $0) } }
    fileprivate var texts: [String] { messages.map(\.content) }
}
