import HTTP2Session
import Synchronization

/// What a loop has open, for the other loops to see: each writes its own, and the sum is the process's.
final class LoopGauges: Sendable {
    private let calls = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    // So that what two loops write is never in one cache line.
    private let padding = (0, 0, 0, 0, 0, 0)

    /// Calls whose streams have not ended.
    var openCalls: Int { calls.load(ordering: .relaxed) }
    /// Bytes that calls keep: what clients have not read yet, and what handlers have not taken yet.
    var heldBytes: Int { bytes.load(ordering: .relaxed) }

    // One writer: no need for an atomic addition.
    @inline(__always)
    func add(calls count: Int) { calls.store(openCalls + count, ordering: .relaxed) }
    @inline(__always)
    func add(bytes count: Int) { bytes.store(heldBytes + count, ordering: .relaxed) }
}

/// What all loops have open.
final class ProcessGauges: Sendable {
    let loops: [LoopGauges]
    private let full = Atomic<Bool>(false)
    private let rate = Mutex(TokenBucket(perSecond: 0, now: 0))

    init(loops count: Int) {
        loops = (0..<count).map { _ in LoopGauges() }
    }

    /// Sets how many calls may begin in a second.
    func setCallRate(_ perSecond: Int, now: UInt64) { rate.withLock { $0 = TokenBucket(perSecond: perSecond, now: now) } }

    /// Whether one more may begin now.
    func takeCall(now: UInt64) -> Bool { rate.withLock { $0.take(at: now) } }

    var heldBytes: Int { loops.reduce(0) { $0 + $1.heldBytes } }

    // A loop looks at the others only from this part of its share on, or where one has found that there is no room: so a process that is
    // far from its limit moves no memory between cores, and until the first is refused there may be a quarter too many.
    private static let partOfShare = 4

    /// Whether there are as many calls as there may be. `own`: the asking loop's.
    func isFull(_ own: LoopGauges, limit: Int) -> Bool {
        let wasFull = full.load(ordering: .relaxed)
        guard wasFull || own.openCalls >= limit / (Self.partOfShare * loops.count) else { return false }
        let isFull = loops.reduce(0) { $0 + $1.openCalls } >= limit
        if isFull != wasFull { full.store(isFull, ordering: .relaxed) }
        return isFull
    }
}
