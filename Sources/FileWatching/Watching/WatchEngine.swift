import Synchronization

/// The thread that waits for the kernel's notices and for files to settle. It lives until it is stopped; the descriptors
/// live as long as anyone holds the engine.
final class WatchEngine: Sendable {
    private let inotify: Inotify
    private let pipe: WakePipe
    private let list: Mutex<WatchList>
    private let isStopped = Atomic(false)
    private let onEvent: @Sendable (FileWatcher.Event) -> Void

    // A linker makes thousands of notices. In this time they gather, and the kernel joins those that are equal.
    private static let gathering = Duration.milliseconds(10)

    init(
        settle: Duration,
        onEvent: @escaping @Sendable (FileWatcher.Event) -> Void
    ) throws(FileWatchError) {
        let inotify = try Inotify()
        self.inotify = inotify
        pipe = try WakePipe()
        list = Mutex(WatchList(inotify: inotify, settle: Self.usable(settle)))
        self.onEvent = onEvent
    }

    func start() throws(FileWatchError) {
        try BackgroundThread.start { self.run() }
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        pipe.wake()
    }

    func change(_ body: (inout WatchList) -> Void) {
        let hasEvents = list.withLock { list in
            body(&list)
            return !list.waiting.isEmpty
        }
        if hasEvents { pipe.wake() }
    }

    func setSettle(_ settle: Duration) {
        change { $0.settling.settle = Self.usable(settle) }
    }

    private static func usable(_ settle: Duration) -> Duration {
        max(settle, .milliseconds(1))
    }

    private func run() {
        while !hasStopped {
            let (nextLook, isWaiting) = list.withLock { ($0.settling.nextLook, !$0.waiting.isEmpty) }
            let limit = isWaiting ? .zero : nextLook.map { $0 - Disk.monotonicClock() }
            Polling.wait(for: [inotify.descriptor, pipe.readingEnd], atMost: limit)
            if hasStopped { return }
            pipe.drain()
            let (events, isBusy) = turn()
            for event in events where !hasStopped { onEvent(event) }
            if isBusy { Polling.wait(for: [pipe.readingEnd], atMost: Self.gathering) }
        }
    }

    private func turn() -> (events: [FileWatcher.Event], isBusy: Bool) {
        list.withLock { list in
            let now = Disk.monotonicClock()
            // Notices first: they may put a look off.
            let notices = inotify.read()
            list.take(notices, now: now)
            let events = list.waiting + list.lookAtDue(now: now)
            list.waiting = []
            return (events, !notices.isEmpty)
        }
    }

    private var hasStopped: Bool {
        isStopped.load(ordering: .acquiring)
    }
}
