import Testing

@testable import HTTP2Session

@Suite struct SessionMemoryTests {
    private let memory = SessionMemory()

    @Test func whatIsGivenBackIsHandedOutAgainForTheSameSize() {
        let first = memory.allocate(100)
        memory.release(first)
        #expect(memory.allocate(120) == first, "both are of the size up to 128")
        let other = memory.allocate(200)
        #expect(other != first)
        memory.release(other)
        memory.release(first)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 1023, 1024, 1025, 100_000]) func everyByteThatWasAskedForIsThere(size: Int) throws {
        let piece = try #require(memory.allocate(size))
        let neighbour = try #require(memory.allocate(size))
        UnsafeMutableRawBufferPointer(start: piece, count: size).copyBytes(from: repeatElement(0xAA, count: size))
        UnsafeMutableRawBufferPointer(start: neighbour, count: size).copyBytes(from: repeatElement(0x55, count: size))
        #expect(UnsafeRawBufferPointer(start: piece, count: size).allSatisfy { $0 == 0xAA })
        memory.release(piece)
        memory.release(neighbour)
    }

    @Test func growingKeepsTheBytesAndClearedMemoryIsClear() throws {
        let piece = try #require(memory.allocate(50))
        UnsafeMutableRawBufferPointer(start: piece, count: 50).copyBytes(from: (0..<50).map { UInt8($0) })
        let grown = try #require(memory.reallocate(piece, 5000))
        #expect(UnsafeRawBufferPointer(start: grown, count: 50).elementsEqual((0..<50).map { UInt8($0) }))
        memory.release(grown)
        let clear = try #require(memory.allocateCleared(10, 5))
        #expect(UnsafeRawBufferPointer(start: clear, count: 50).allSatisfy { $0 == 0 })
        memory.release(clear)
        #expect(memory.allocateCleared(Int.max, 2) == nil)
    }
}
