import GRPCWire
import Glibc
import Synchronization

/// What has become of the calls of a method. It goes on where the code that serves the method is replaced: the next handler has the same one.
///
/// SAFETY: `@unchecked Sendable` as each loop writes its own line alone, by atomics that any thread may read; the memory lives as long as this.
public final class MethodCounts: @unchecked Sendable {
    /// The counts of all loops. They only grow.
    public struct Totals: Sendable, Equatable {
        /// Calls that have begun.
        public var started = 0
        /// Calls that have ended, by ``StatusCode``'s raw value.
        public var ended = [Int](repeating: 0, count: CountLine.statusCodes)
        /// Messages that handlers were given.
        public var messagesIn = 0
        /// Messages that handlers have sent.
        public var messagesOut = 0
        /// Bytes of requests' messages as they came: compressed, and with gRPC's prefix.
        public var bytesIn = 0
        /// Bytes of answers' messages as they were sent: compressed, and with gRPC's prefix.
        public var bytesOut = 0
        /// Bytes that wait for clients to read.
        public var queuedBytes = 0
        /// From a request's headers to the end of its stream.
        public var durations = DurationTotals()

        /// Nothing.
        public init() {}
    }

    private let memory: UnsafeMutablePointer<Atomic<Int>>
    private let loops: Int

    /// Counts of nothing yet, for a transport of so many loops.
    public init(loops: Int) {
        self.loops = loops
        let size = loops * CountLine.stride
        memory = UnsafeMutableRawPointer.allocateZeroed(byteCount: size * MemoryLayout<Atomic<Int>>.stride)
            .bindMemory(to: Atomic<Int>.self, capacity: size)
    }

    deinit { free(memory) }

    /// What the loop of that number writes.
    @inline(__always)
    func line(_ loop: Int) -> CountLine { CountLine(counters: memory + loop * CountLine.stride) }

    /// The counts by now.
    public var totals: Totals {
        var totals = Totals()
        for index in 0..<loops {
            let line = line(index)
            // What left first: a byte that is queued and sent meanwhile never counts as less than none.
            let gone = line.value(.bytesSent) + line.value(.bytesDropped)
            for code in StatusCode.allCases { totals.ended[Int(code.rawValue)] += line.ended(code) }
            totals.durations.add(line.durations)
            totals.bytesOut += line.value(.bytesSent)
            totals.queuedBytes += max(line.value(.bytesQueued) - gone, 0)
            totals.started += line.value(.started)
            totals.messagesIn += line.value(.messagesIn)
            totals.messagesOut += line.value(.messagesOut)
            totals.bytesIn += line.value(.bytesIn)
        }
        return totals
    }
}
