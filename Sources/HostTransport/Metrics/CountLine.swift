import GRPCWire
import Synchronization

/// A loop's own counters of a method's calls: written by that loop alone, read by any thread.
///
/// A call keeps one, so counting costs no lookup, no lock and no reference: the memory is the ``MethodCounts``', which the call's handler keeps.
struct CountLine {
    enum Counter: Int {
        case started
        case messagesIn, messagesOut
        case bytesIn
        /// Bytes for the client: each is queued, and then either sent or dropped.
        case bytesQueued, bytesSent, bytesDropped
        /// The first of one a status code.
        case ended
    }

    static let statusCodes = StatusCode.allCases.count
    private static let durationsAt = Counter.ended.rawValue + statusCodes
    // More than a cache line apart, so that loops don't take each other's.
    static let stride = durationsAt + DurationCounts.size + 64 / MemoryLayout<Atomic<Int>>.stride

    let counters: UnsafeMutablePointer<Atomic<Int>>

    @inline(__always)
    func add(_ amount: Int, to counter: Counter) { counters[counter.rawValue].addAlone(amount) }

    /// A call has ended.
    func addEnd(_ code: StatusCode, after nanoseconds: UInt64) {
        counters[Counter.ended.rawValue + Int(code.rawValue)].addAlone(1)
        durations.add(nanoseconds)
    }

    func value(_ counter: Counter) -> Int { counters[counter.rawValue].load(ordering: .relaxed) }
    func ended(_ code: StatusCode) -> Int { counters[Counter.ended.rawValue + Int(code.rawValue)].load(ordering: .relaxed) }
    var durations: DurationCounts { DurationCounts(counters: counters + Self.durationsAt) }
}

extension Atomic<Int> {
    /// Adds where this thread is the only one that writes: no need for an atomic addition.
    @inline(__always)
    borrowing func addAlone(_ amount: Int) {
        store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}
