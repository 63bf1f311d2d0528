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
        let opened = ["a", "b", "c", "a"].enumerated().map { index, name in directory.open(name) { index } }
        #expect(opened == [0, 1, nil, 0])
        #expect(directory.find("c") == nil)
    }
}
