import Synchronization

/// The calls of one generation of a plugin: counted, held and moved together.
///
/// SAFETY: `@unchecked Sendable` as each loop writes its own line alone, by atomics that any thread may read; the memory lives as long as
/// the group, which each handler of it keeps.
public final class CallGroup: @unchecked Sendable {
    // As long as a cache line, so that loops don't take each other's.
    private struct Line: ~Copyable {
        let opened = Atomic<Int>(0)
        let closed = Atomic<Int>(0)
        let refused = Atomic<Int>(0)
        let failed = Atomic<Int>(0)
        let padding = (0, 0, 0, 0)
    }

    /// What has become of the group's calls so far.
    public struct Counts: Sendable, Equatable {
        /// Handed to a handler, and taken.
        public var opened: Int
        /// Opened, and at their end.
        public var closed: Int
        /// Handed to a handler that didn't take them.
        public var refused: Int
        /// Ended by their handler with UNKNOWN: a failure that it has no words for.
        public var failed: Int

        /// Open now.
        public var live: Int { opened - closed }

        /// No calls, unless said otherwise.
        public init(opened: Int = 0, closed: Int = 0, refused: Int = 0, failed: Int = 0) {
            self.opened = opened
            self.closed = closed
            self.refused = refused
            self.failed = failed
        }
    }

    /// How many loops there are.
    public let loops: Int
    /// The plugin whose calls they are; empty: the host's own.
    public let plugin: String
    /// The plugin's generation; 0: the host's own.
    public let generation: Int

    private let lines: UnsafeMutablePointer<Line>
    private let draining = Atomic<Bool>(false)

    /// A group for a transport of so many loops.
    public init(loops: Int, plugin: String = "", generation: Int = 0) {
        self.loops = loops
        self.plugin = plugin
        self.generation = generation
        lines = .allocate(capacity: loops)
        for index in 0..<loops { (lines + index).initialize(to: Line()) }
    }

    deinit {
        lines.deinitialize(count: loops).deallocate()
    }

    /// Whether new calls are answered UNAVAILABLE.
    public var isDraining: Bool {
        get { draining.load(ordering: .relaxed) }
        set { draining.store(newValue, ordering: .relaxed) }
    }

    /// The counts of all loops. Exact for calls whose end the reader knows of by other means.
    public var counts: Counts {
        var sum = Counts()
        for index in 0..<loops {
            // Ends first: a call that ends meanwhile counts as live, and never as less than none.
            sum.closed += lines[index].closed.load(ordering: .acquiring)
            sum.opened += lines[index].opened.load(ordering: .relaxed)
            sum.refused += lines[index].refused.load(ordering: .relaxed)
            sum.failed += lines[index].failed.load(ordering: .relaxed)
        }
        return sum
    }

    // MARK: On the loop of that number

    @inline(__always)
    func callOpened(_ loop: Int) { Self.add(lines[loop].opened) }
    @inline(__always)
    func callClosed(_ loop: Int) { Self.add(lines[loop].closed) }
    func callRefused(_ loop: Int) { Self.add(lines[loop].refused) }
    func callFailed(_ loop: Int) { Self.add(lines[loop].failed) }

    // One writer: no need for an atomic addition.
    @inline(__always)
    private static func add(_ counter: borrowing Atomic<Int>) {
        counter.store(counter.load(ordering: .relaxed) + 1, ordering: .releasing)
    }
}
