import Glibc
import Synchronization

/// A loop's open calls by handle. The loop itself looks up, inserts and removes without a lock; other threads see of a call
/// only what its slot's atomics say.
///
/// SAFETY: slots lie in chunks that are neither moved nor freed before the table, so a reference to one is good from any thread for as long as the table.
/// `call` and `nextFree` belong to the loop's thread; the other fields are atomics.
final class CallTable: @unchecked Sendable {
    struct Slot: ~Copyable {
        /// The generation of the call in it, odd where there is one, in the upper half; whether `finish` was accepted in the lowest bit. In one
        /// word, so that what another thread does to one call can't reach the next.
        let state = Atomic<UInt64>(0)
        /// Bytes in the call's outbound queue, written by the loop.
        let queued = Atomic<Int>(0)
        /// Bytes that other threads have sent and the loop has not yet taken over.
        let mailed = Atomic<Int>(0)
        var call: Unmanaged<ServerCall>?
        var nextFree: Int32 = -1
    }

    private static let chunkSize = 256
    private typealias Chunk = UnsafeMutablePointer<Slot>

    private let loop: Int
    // Sized for the largest table; untouched pages cost nothing.
    private let chunks: UnsafeMutablePointer<Atomic<UInt>>
    private var slotCount = 0
    private var firstFree: Int32 = -1
    private(set) var count = 0

    init(loop: Int) {
        self.loop = loop
        let capacity = CallHandle.maxSlots / Self.chunkSize
        let memory = UnsafeMutableRawPointer.allocateZeroed(byteCount: capacity * MemoryLayout<UInt>.stride)
        chunks = memory.bindMemory(to: Atomic<UInt>.self, capacity: capacity)
    }

    deinit {
        for index in stride(from: 0, to: slotCount, by: Self.chunkSize) {
            slot(index)?.deinitialize(count: Self.chunkSize).deallocate()
        }
        free(chunks)
    }

    // MARK: On the loop

    /// `nil`: the table is full.
    func insert(_ call: ServerCall) -> CallHandle? {
        if firstFree < 0 { guard addChunk() else { return nil } }
        let index = Int(firstFree)
        guard let slot = slot(index) else { return nil }
        firstFree = slot.pointee.nextFree
        slot.pointee.call = Unmanaged.passUnretained(call)
        slot.pointee.queued.store(0, ordering: .relaxed)
        let generation = UInt32(truncatingIfNeeded: slot.pointee.state.load(ordering: .relaxed) >> 32) &+ 1
        slot.pointee.state.store(UInt64(generation) << 32, ordering: .releasing)
        count += 1
        return CallHandle(loop: loop, slot: index, generation: generation)
    }

    func remove(_ handle: CallHandle) {
        guard let slot = slot(of: handle) else { return }
        slot.pointee.state.store(UInt64(handle.generation &+ 1) << 32, ordering: .releasing)
        slot.pointee.call = nil
        slot.pointee.nextFree = firstFree
        firstFree = Int32(handle.slot)
        count -= 1
    }

    /// The call, where it has not ended.
    func lookUp(_ handle: CallHandle) -> ServerCall? {
        slot(of: handle)?.pointee.call?.takeUnretainedValue()
    }

    /// Tells other threads how many bytes wait in the call's queue.
    func setQueued(_ bytes: Int, _ handle: CallHandle) {
        slot(handle.slot)?.pointee.queued.store(bytes, ordering: .relaxed)
    }

    // MARK: From any thread

    /// The slot, where it still holds the handle's call.
    func slot(of handle: CallHandle) -> UnsafeMutablePointer<Slot>? {
        guard let slot = slot(handle.slot), handle.generation & 1 == 1,
            slot.pointee.state.load(ordering: .acquiring) >> 32 == UInt64(handle.generation)
        else { return nil }
        return slot
    }

    /// Whether the handle's call was finished.
    func isFinished(_ handle: CallHandle) -> Bool {
        slot(handle.slot)?.pointee.state.load(ordering: .acquiring) == UInt64(handle.generation) << 32 | 1
    }

    /// Notes that the handle's call was finished. `false`: it has been already, or has ended.
    func markFinished(_ handle: CallHandle) -> Bool {
        let open = UInt64(handle.generation) << 32
        return slot(handle.slot)?.pointee.state
            .compareExchange(expected: open, desired: open | 1, ordering: .acquiringAndReleasing).exchanged ?? false
    }

    /// The slot of that index, whatever call it holds.
    func slot(_ index: Int) -> UnsafeMutablePointer<Slot>? {
        guard index < CallHandle.maxSlots else { return nil }
        let address = chunks[index / Self.chunkSize].load(ordering: .acquiring)
        return Chunk(bitPattern: address).map { $0 + index % Self.chunkSize }
    }

    private func addChunk() -> Bool {
        guard slotCount + Self.chunkSize <= CallHandle.maxSlots else { return false }
        let chunk = Chunk.allocate(capacity: Self.chunkSize)
        for offset in (0..<Self.chunkSize).reversed() {
            (chunk + offset).initialize(to: Slot())
            chunk[offset].nextFree = firstFree
            firstFree = Int32(slotCount + offset)
        }
        chunks[slotCount / Self.chunkSize].store(UInt(bitPattern: chunk), ordering: .releasing)
        slotCount += Self.chunkSize
        return true
    }
}
