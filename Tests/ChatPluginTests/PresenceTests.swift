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
        let first = presence.streamEnded("ada")
        #expect(!first)
        #expect(presence.has("ada"))
        let second = presence.streamEnded("ada")
        #expect(second)
        #expect(!presence.has("ada"))
        #expect(presence.has("bob"))
    }

    @Test("the end of a stream that never began is nobody's leaving")
    func unknown() {
        var presence = Presence()
        let last = presence.streamEnded("ada")
        #expect(!last)
    }

    @Test("who left can come back")
    func again() {
        var presence = Presence()
        for _ in 0..<3 {
            presence.streamBegan("ada")
            let last = presence.streamEnded("ada")
            #expect(last)
        }
    }
}
