import GRPCWire
import Glibc
import HTTP2Session
import NIOCore
import Synchronization

/// A thread that serves calls, and what belongs to it: the open calls, the work that waits for the end of the turn, timers,
/// the routes it answers.
///
/// A *turn* begins with an event of a socket, a timer or another thread's message, and ends with ``endTurn()``: the work that the
/// event caused is run, then each connection that has something to send writes once.
///
/// SAFETY: `@unchecked Sendable` as everything is confined to the event loop's thread, except `mailbox` (a mutex), `calls` (its own
/// rules) and the constants.
public final class CallLoop: @unchecked Sendable {
    /// NIO's loop underneath.
    public let eventLoop: any EventLoop
    /// Its number among the transport's loops.
    public let index: Int
    let calls: CallTable
    /// May change while it runs: for what is looked up from then on.
    var limits: TransportLimits
    /// Limits of services and methods.
    var quotas = CallQuotas()
    /// What this loop has open, and what the process has.
    let gauges: LoopGauges
    let process: ProcessGauges
    /// Whether calls keep more bytes than they may: no new ones are taken.
    var isShedding = false
    let refusals = LoopRefusals()
    var toldRefusals = RefusalCounters()
    let onRefusals: @Sendable (RefusalCounters) -> Void

    var routes = RouteTable()
    /// What connections of operators are answered.
    var adminRoutes = RouteTable()
    /// The group whose calls are being moved.
    var hold: Hold?
    var lastHold = 0
    /// Calls that no handler took: they wait to be moved again, or to go back.
    var notTaken: [ServerCall] = []
    var connections: [ObjectIdentifier: Connection] = [:]
    /// Clients that are no connections yet.
    var handshakes: [ObjectIdentifier: TLSHandshake] = [:]
    let sessionMemory = SessionMemory()
    let inflater = MessageInflater()
    let deflater = MessageDeflater()
    var compression = CompressionPolicy()
    /// Of requests that no handler was there for.
    let unserved = MethodCounts(loops: 1)
    let lag = LoopLag()
    /// Who is told of calls that end; `nil`: nobody, and then nothing is kept for it.
    var observer: (any CallObserver)?
    /// Whether the message that a handler is being given was compressed.
    public internal(set) var deliversCompressed = false
    /// Frames of the connection that is being flushed.
    var output = OutputBuffer()
    /// Whether connections are being shut down: one that comes late is too.
    var isDraining = false
    /// `false` when the drain limit has passed.
    var acceptsCalls = true

    private let thread: pthread_t
    private var posted: [LoopTask] = []
    private var attention: [ServerCall] = []
    private var dirty: [Connection] = []
    private var endingTurn = false
    private var turnScheduled = false
    private var timers = LoopTimers()
    private var timersByID: [UInt64: LoopTimers.Timer] = [:]
    private var lastTimerID: UInt64 = 0
    private var wakeUp: (scheduled: Scheduled<Void>, at: UInt64)?
    private let mailbox = Mutex<[@Sendable (CallLoop) -> Void]>([])

    /// Must be called on the event loop.
    init(
        eventLoop: any EventLoop,
        index: Int,
        limits: TransportLimits,
        process: ProcessGauges,
        onRefusals: @escaping @Sendable (RefusalCounters) -> Void
    ) {
        eventLoop.preconditionInEventLoop()
        self.eventLoop = eventLoop
        self.index = index
        self.limits = limits
        self.process = process
        self.onRefusals = onRefusals
        gauges = process.loops[index]
        calls = CallTable(loop: index)
        thread = pthread_self()
    }

    /// Whether the calling thread is the loop's.
    @inline(__always)
    public var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    // MARK: Work for the end of the turn

    /// Runs the task on the loop before it next writes. From any thread.
    public func post(_ task: LoopTask) {
        if isCurrent {
            posted.append(task)
            scheduleTurn()
        } else {
            mail { $0.posted.append(task) }
        }
    }

    /// Runs the closure on the loop, in the order of the calling thread's mails. From any other thread.
    public func mail(_ work: @escaping @Sendable (CallLoop) -> Void) {
        let first = mailbox.withLock { box in
            box.append(work)
            return box.count == 1
        }
        guard first else { return }
        eventLoop.execute { [self] in
            let works = mailbox.withLock { box in
                let works = box
                box = []
                return works
            }
            turn {
                for work in works { work(self) }
            }
        }
    }

    func needsAttention(_ call: ServerCall) {
        attention.append(call)
        scheduleTurn()
    }

    func needsFlush(_ connection: Connection) {
        dirty.append(connection)
        scheduleTurn()
    }

    // What a turn's event causes is done by its endTurn; what comes from outside a turn needs one.
    private func scheduleTurn() {
        guard !inTurn, !endingTurn, !turnScheduled else { return }
        turnScheduled = true
        eventLoop.execute { [self] in
            turnScheduled = false
            endTurn()
        }
    }

    private var inTurn = false

    /// Runs an event's work, which another event of the same turn follows.
    @inline(__always)
    func partOfTurn(_ event: () throws -> Void) rethrows {
        let nested = inTurn
        inTurn = true
        if !nested { turnTimeRead = 0 }
        defer { inTurn = nested }
        try event()
    }

    /// Runs an event's work, and ends the turn.
    @inline(__always)
    func turn(_ event: () -> Void) {
        partOfTurn(event)
        endTurn()
    }

    private var hasWork: Bool { !posted.isEmpty || !attention.isEmpty || !dirty.isEmpty }

    // So many times work may beget work before other sockets get their turn.
    private static let roundsPerTurn = 8

    func endTurn() {
        guard !endingTurn, !inTurn else { return }
        endingTurn = true
        for _ in 0..<Self.roundsPerTurn where hasWork {
            runPosted()
            attend()
            flush()
        }
        endingTurn = false
        if hasWork { scheduleTurn() }
    }

    private func runPosted() {
        guard !posted.isEmpty else { return }
        var tasks: [LoopTask] = []
        swap(&tasks, &posted)
        turnTimeRead = 0
        for task in tasks { task.run(on: self) }
        tasks.removeAll(keepingCapacity: tasks.capacity <= 4096)
        if posted.isEmpty { swap(&tasks, &posted) }
    }

    private func attend() {
        guard !attention.isEmpty else { return }
        var calls: [ServerCall] = []
        swap(&calls, &attention)
        for call in calls { call.attend() }
    }

    private func flush() {
        guard !dirty.isEmpty else { return }
        var connections: [Connection] = []
        swap(&connections, &dirty)
        turnTimeRead = 0
        for connection in connections { connection.flush() }
    }

    // MARK: Timers

    private var turnTimeRead: UInt64 = 0

    /// When this part of the turn began, about: the clock is read once for all calls whose requests were read together, and once for those whose
    /// answers are written together, and not before what handlers do in between.
    var turnTime: UInt64 {
        if turnTimeRead == 0 { turnTimeRead = Self.now }
        return turnTimeRead
    }

    /// Nanoseconds of the monotonic clock.
    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// The same clock read cheaply, to some milliseconds.
    static var coarseNow: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    func schedule(_ action: LoopTimers.Action, at deadline: UInt64) -> LoopTimers.Timer {
        let timer = LoopTimers.Timer(deadline: deadline, action: action)
        timers.insert(timer)
        arm()
        return timer
    }

    func cancel(_ timer: LoopTimers.Timer) {
        timers.remove(timer)
    }

    /// Runs the task after so many nanoseconds; the id is never 0. On the loop.
    public func startTimer(after nanoseconds: UInt64, _ task: LoopTask) -> UInt64 {
        lastTimerID += 1
        let id = UInt64(index) << 56 | lastTimerID
        let (sum, overflow) = Self.now.addingReportingOverflow(nanoseconds)
        timersByID[id] = schedule(.run(id, task), at: overflow ? .max : sum)
        return id
    }

    /// `false`: it has run, or was cancelled. On the loop.
    public func cancelTimer(_ id: UInt64) -> Bool {
        guard let timer = timersByID.removeValue(forKey: id) else { return false }
        timers.remove(timer)
        return true
    }

    private func arm() {
        guard let next = timers.next else { return }
        if let wakeUp, wakeUp.at <= next { return }
        wakeUp?.scheduled.cancel()
        let scheduled = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(min(next, UInt64(Int64.max)))) { [self] in
            wakeUp = nil
            turn { fireTimers() }
            arm()
        }
        wakeUp = (scheduled, next)
    }

    private func fireTimers() {
        let now = Self.now
        while let timer = timers.popDue(now: now) {
            switch timer.action {
            case .expire(let handle):
                calls.lookUp(handle)?.expire()
            case .run(let id, let task):
                timersByID[id] = nil
                task.run(on: self)
            case .act(let action):
                action(self)
            }
        }
    }
}
