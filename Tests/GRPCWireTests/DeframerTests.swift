import GRPCWire
import Synchronization
import Testing

@Suite final class DeframerTests {
    /// The numbers of messages that came with the compressed flag.
    private let compressed = Mutex<[Int]>([])

    /// Feeds the pieces one after the other; answers the messages, and what stopped it besides a lack of bytes.
    private func deframe(_ pieces: [[UInt8]], limit: Int = 1000) -> (messages: [[UInt8]], stop: String?) {
        var deframer = Deframer()
        var messages: [[UInt8]] = []
        for piece in pieces {
            let stop: String? = piece.withUnsafeBytes { bytes in
                var input = bytes
                while true {
                    switch deframer.next(from: &input, limit: limit) {
                    case .message(let message, let compressed):
                        messages.append(Array(message))
                        if compressed { self.compressed.withLock { $0.append(messages.count - 1) } }
                    case .needMore: return nil
                    case .tooLarge(let size): return "too large: \(size)"
                    case .badFlag(let flag): return "bad flag: \(flag)"
                    }
                }
            }
            if let stop { return (messages, stop) }
        }
        return (messages, nil)
    }

    private func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = UInt32(message.count)
        return [flag, UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + message
    }

    private let messages: [[UInt8]] = [[1, 2, 3], [], [4], Array(repeating: 9, count: 300), [5, 6]]

    @Test func aChunkMayHoldManyMessages() {
        #expect(deframe([messages.flatMap { framed($0) }]).messages == messages)
    }

    @Test(arguments: 1...40) func boundariesOfChunksMeanNothing(size: Int) {
        let bytes = messages.flatMap { framed($0) }
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        #expect(deframe(pieces).messages == messages)
    }

    @Test func aMessageOfTheLimitIsTakenAndOneByteMoreIsNot() {
        #expect(deframe([framed(Array(repeating: 1, count: 10))], limit: 10).messages.count == 1)
        let over = deframe([framed([7]), framed(Array(repeating: 1, count: 11))], limit: 10)
        #expect(over.messages == [[7]])
        #expect(over.stop == "too large: 11")
    }

    @Test func aPromiseOverTheLimitIsRefusedBeforeItsBytesCome() {
        #expect(deframe([[0, 0xFF, 0xFF, 0xFF, 0xFF]]).stop == "too large: 4294967295")
    }

    @Test func aMessageTellsWhetherItIsCompressed() {
        #expect(deframe([framed([1]) + framed([2, 3], flag: 1) + framed([4])]).messages == [[1], [2, 3], [4]])
        #expect(compressed.withLock { $0 } == [1])
    }

    @Test(arguments: [2, 255] as [UInt8]) func aFlagThatIsNeitherZeroNorOneIsTold(flag: UInt8) {
        #expect(deframe([framed([1], flag: flag)]).stop == "bad flag: \(flag)")
    }

    @Test func whatIsKeptIsCounted() {
        var deframer = Deframer()
        let bytes = framed([1, 2, 3])
        bytes.withUnsafeBytes { bytes in
            deframer.append(UnsafeRawBufferPointer(rebasing: bytes[..<6]))
            #expect(deframer.buffered == 6)
            var rest = UnsafeRawBufferPointer(rebasing: bytes[6...])
            guard case .message(let message, _) = deframer.next(from: &rest, limit: 10) else {
                Issue.record("wanted a message")
                return
            }
            #expect(Array(message) == [1, 2, 3])
            #expect(deframer.buffered == 0)
        }
    }
}
