import Synchronization

/// Tells subscribers what happens, and remembers what has happened last.
final class EventHub: Sendable {
    /// Hears of an event; `nil`: there will be no more.
    typealias Subscriber = @Sendable (HostEvent?) -> Void

    private struct State {
        var recent: [HostEvent] = []
        var last: Int64 = 0
        var subscribers: [Int: Subscriber] = [:]
        var lastSubscriber = 0
    }

    private static let remembered = 256
    private let state = Mutex(State())

    /// Tells all subscribers, which must not block.
    func publish(_ event: HostEvent) {
        // Under the lock: each subscriber sees the events in their order.
        state.withLock { state in
            state.last += 1
            var event = event
            event.number = state.last
            state.recent.append(event)
            if state.recent.count > Self.remembered { state.recent.removeFirst() }
            for subscriber in state.subscribers.values { subscriber(event) }
        }
    }

    /// Hears of so many of the last events, then of each new one; of one plugin, or of all where the name is empty.
    func subscribe(recent: Int, of plugin: String, _ subscriber: @escaping Subscriber) -> Int {
        let wanted = { @Sendable (event: HostEvent) in plugin.isEmpty || event.plugin == plugin }
        return state.withLock { state in
            for event in state.recent.filter(wanted).suffix(max(recent, 0)) { subscriber(event) }
            state.lastSubscriber += 1
            state.subscribers[state.lastSubscriber] = { event in
                if event.map(wanted) ?? true { subscriber(event) }
            }
            return state.lastSubscriber
        }
    }

    /// Tells all subscribers that there will be no more events.
    func end() {
        let subscribers = state.withLock { state in
            let all = state.subscribers.values
            state.subscribers = [:]
            return Array(all)
        }
        for subscriber in subscribers { subscriber(nil) }
    }

    func unsubscribe(_ number: Int) {
        state.withLock { _ = $0.subscribers.removeValue(forKey: number) }
    }
}
