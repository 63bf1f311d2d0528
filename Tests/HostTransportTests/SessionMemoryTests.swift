import Testing

@testable import HTTP2Session

@Suite struct SessionMemoryTests {
    private let memory = SessionMemory()

    private func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        let functions = memory.functions
        return functions.malloc(size, functions.mem_user_data)
    }

    private func release(_ piece: UnsafeMutableRawPointer?) {
        let functions = memory.functions
        functions.free(piece, functions.mem_user_data)
    }

    @Test func whatIsGivenBackIsHandedOutAgainForTheSameSize() {
        let first = allocate(100)
        release(first)
        #expect(allocate(120) == first, "both are of the size up to 128")
        let other = allocate(200)
        #expect(other != first)
        release(other)
        release(first)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 1023, 1024, 1025, 100_000]) func everyByteThatWasAskedForIsThere(size: Int) throws {
        let piece = try #require(allocate(size))
        let neighbour = try #require(allocate(size))
        UnsafeMutableRawBufferPointer(start: piece, count: size).copyBytes(from: repeatElement(0xAA, count: size))
        UnsafeMutableRawBufferPointer(start: neighbour, count: size).copyBytes(from: repeatElement(0x55, count: size))
        #expect(UnsafeRawBufferPointer(start: piece, count: size).allSatisfy { $0 == 0xAA })
        release(piece)
        release(neighbour)
    }

    @Test func growingKeepsTheBytesAndClearedMemoryIsClear() throws {
        let functions = memory.functions
        let piece = try #require(allocate(50))
        UnsafeMutableRawBufferPointer(start: piece, count: 50).copyBytes(from: (0..<50).map { UInt8($0) })
        let grown = try #require(functions.realloc(piece, 5000, functions.mem_user_data))
        #expect(UnsafeRawBufferPointer(start: grown, count: 50).elementsEqual((0..<50).map { UInt8($0) }))
        release(grown)
        let clear = try #require(functions.calloc(10, 5, functions.mem_user_data))
        #expect(UnsafeRawBufferPointer(start: clear, count: 50).allSatisfy { $0 == 0 })
        release(clear)
        #expect(functions.calloc(Int.max, 2, functions.mem_user_data) == nil)
    }
}
