import Testing

@testable import ChatPlugin

@Suite("Presence")
struct PresenceTests {
    @Test("a user is there from the first stream's beginning to the last one's end")
    func severalStreams() {
        var presence = Presence()
        #expect(!presence.has("ada"))
        presence.streamBegan("ada")
        presence.streamBegan("ada")
        presence.streamBegan("bob")
        #expect(!presence.streamEnded("ada"))
        #expect(presence.has("ada"))
        #expect(presence.streamEnded("ada"))
        #expect(!presence.has("ada"))
        #expect(presence.has("bob"))
    }

    @Test("the end of a stream that never began is nobody's leaving")
    func unknown() {
        var presence = Presence()
        #expect(!presence.streamEnded("ada"))
    }

    @Test("who left can come back")
    func again() {
        var presence = Presence()
        for _ in 0..<3 {
            presence.streamBegan("ada")
            #expect(presence.streamEnded("ada"))
        }
    }
}
