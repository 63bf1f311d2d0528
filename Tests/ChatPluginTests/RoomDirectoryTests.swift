import Testing

@testable import ChatPlugin

@Suite("The rooms")
struct RoomDirectoryTests {
    @Test("a room is made once, and found from then on")
    func openTwice() {
        var made = 0
        var directory = RoomDirectory<Int>(maxRooms: 10)
        #expect(directory.find("a") == nil)
        for _ in 0..<3 {
            let room = directory.open("a") {
                made += 1
                return made
            }
            #expect(room == 1)
        }
        #expect(directory.find("a") == 1)
    }

    @Test("with all rooms in use, new ones are refused and old ones serve on")
    func full() {
        var directory = RoomDirectory<Int>(maxRooms: 2)
        #expect(directory.open("a") { 1 } == 1)
        #expect(directory.open("b") { 2 } == 2)
        #expect(directory.open("c") { 3 } == nil)
        #expect(directory.find("c") == nil)
        #expect(directory.open("a") { 4 } == 1)
    }
}
