/// Memory that codecs write into: grows with what is written, and is used again.
struct CodecBuffer: ~Copyable {
    // More than this isn't kept from one message to the next.
    private static let keep = 256 * 1024

    private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var count = 0

    deinit { memory.deallocate() }

    var capacity: Int { memory.count }
    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Where the next bytes go.
    var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[count...]) }

    mutating func advance(by bytes: Int) { count += bytes }

    /// Forgets what was written; a large piece of memory is given back.
    mutating func reset() {
        count = 0
        guard memory.count > Self.keep else { return }
        memory.deallocate()
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    /// Memory for at least so many bytes in all.
    mutating func grow(to capacity: Int) {
        guard capacity > memory.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: written)
        memory.deallocate()
        memory = larger
    }
}
