import CStreamHost
import Foundation
import Synchronization

/// A host in a test's hands: one loop, which is the test's own thread, calls that record what is done to them, and timers that fire when the
/// test lets time pass. Suites that use it are on ``LoopThread``, so that their thread is one.
///
/// SAFETY: `@unchecked Sendable` as what several threads touch is in `shared`; the rest is the test's thread's.
public final class FakeHost: @unchecked Sendable {
    // SAFETY: `@unchecked Sendable` as it is handed over: made by one thread, run once by the loop's.
    struct Posted: @unchecked Sendable {
        let function: @convention(c) (UnsafeMutableRawPointer?) -> Void
        let argument: UnsafeMutableRawPointer?
    }

    struct Timer {
        let due: UInt64
        let work: Posted
    }

    struct Shared {
        var posted: [Posted] = []
        var calls: [sh_call: FakeCall] = [:]
        var log: [String] = []
    }

    /// The C function table, as plugins get it.
    public let table: UnsafeMutablePointer<sh_host>
    let config: FakeText
    let dataDirectory: FakeText
    let identity: FakeIdentity?
    let thread = pthread_self()
    let shared = Mutex(Shared())
    private let news = DispatchSemaphore(value: 0)
    var lastHandle: UInt64 = 0
    private var now: UInt64 = 0
    private var timers: [sh_timer: Timer] = [:]
    private var lastTimer: sh_timer = 0

    /// A host with that configuration for its plugin, whose clients have proved to be that. Its loop's thread is ``LoopThread``'s.
    @LoopThread public init(config: String = "{}", dataDirectory: String = "", identity: FakeIdentity? = nil) {
        self.identity = identity
        self.config = FakeText(config)
        self.dataDirectory = FakeText(dataDirectory)
        table = .allocate(capacity: 1)
        table.initialize(to: sh_host())
        fillTable()
    }

    /// Lines that plugins have logged.
    public var log: [String] { shared.withLock { $0.log } }

    // MARK: The loop

    /// Runs all that is posted, and what that posts.
    public func run() {
        while let next = shared.withLock({ $0.posted.isEmpty ? nil : $0.posted.removeFirst() }) { next.function(next.argument) }
    }

    /// Runs what is posted, from other threads too, until something has come true; `false`: it hasn't in time.
    public func run(until done: () -> Bool) -> Bool {
        // Only a failure uses it up: the handlers that are waited for share Swift's pool with all tests that run at the same time.
        let deadline = DispatchTime.now() + 300
        run()
        while !done() {
            guard news.wait(timeout: deadline) == .success else { return false }
            run()
        }
        return true
    }

    /// Lets that much time pass: timers fire when they are due.
    public func advance(by duration: Duration) {
        let parts = duration.components
        let target = now + UInt64(parts.seconds) * 1_000_000_000 + UInt64(parts.attoseconds / 1_000_000_000)
        run()
        while let (id, timer) = timers.filter({ $0.value.due <= target }).min(by: { $0.value.due < $1.value.due }) {
            now = timer.due
            timers[id] = nil
            timer.work.function(timer.work.argument)
            run()
        }
        now = target
    }

    /// When the next timer fires, from now.
    public var nextTimer: Duration? {
        timers.values.map(\.due).min().map { .nanoseconds(Int64($0 - now)) }
    }

    /// How many timers there are.
    public var timerCount: Int { timers.count }

    func post(_ work: Posted) {
        shared.withLock { $0.posted.append(work) }
        somethingHappened()
    }

    /// Who waits in ``run(until:)`` looks again.
    func somethingHappened() { news.signal() }

    func startTimer(_ nanoseconds: UInt64, _ work: Posted) -> sh_timer {
        lastTimer += 1
        timers[lastTimer] = Timer(due: now &+ nanoseconds, work: work)
        return lastTimer
    }

    func cancelTimer(_ timer: sh_timer) -> Bool { timers.removeValue(forKey: timer) != nil }

    func call(_ handle: sh_call) -> FakeCall? { shared.withLock { $0.calls[handle] } }
}

/// Text that C may keep a pointer to.
final class FakeText: Sendable {
    nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

    init(_ text: String) {
        let utf8 = Array(text.utf8)
        bytes = .allocate(byteCount: utf8.count, alignment: 1)
        bytes.copyBytes(from: utf8)
    }

    deinit { bytes.deallocate() }

    var view: sh_bytes { sh_bytes(data: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), size: bytes.count) }
}

extension sh_bytes {
    var copied: [UInt8] { Array(UnsafeRawBufferPointer(start: data, count: size)) }
}
