import Synchronization

/// What services there are, and whether they serve: written by the plugins' manager, read by the health service.
final class HealthBoard: Sendable {
    /// A service's state, as the health service knows it.
    enum State: Sendable, Equatable {
        case serving, notServing
        /// There is none of that name.
        case unknown
    }

    /// Hears of a service's state, which must not block.
    typealias Watcher = @Sendable (State) -> Void

    /// The name of the whole server.
    static let server = ""

    private struct Watch {
        let service: String
        let watcher: Watcher
        var told: State
    }

    private struct Content {
        var services: [String: State] = [:]
        var isEnding = false
        var watches: [Int: Watch] = [:]
        var lastWatch = 0

        func state(of service: String) -> State {
            guard service != HealthBoard.server else { return isEnding ? .notServing : .serving }
            guard let state = services[service] else { return .unknown }
            return isEnding ? .notServing : state
        }
    }

    private let content = Mutex(Content())

    /// The state of a service, or of the whole server.
    func state(of service: String) -> State { content.withLock { $0.state(of: service) } }

    /// All that there are, the whole server among them.
    var states: [String: State] {
        content.withLock { content in
            let names = [Self.server] + content.services.keys
            return Dictionary(uniqueKeysWithValues: names.map { ($0, content.state(of: $0)) })
        }
    }

    /// Services, and whether each takes new calls; of others there is none.
    func set(_ services: [String: Bool]) {
        change { $0.services = services.mapValues { $0 ? .serving : .notServing } }
    }

    /// The host ends: nothing serves any more.
    func end() {
        change { $0.isEnding = true }
    }

    // Under the lock: each watcher sees the states in their order, and only where they change.
    private func change(_ change: (inout Content) -> Void) {
        content.withLock { content in
            change(&content)
            for (number, watch) in content.watches {
                let state = content.state(of: watch.service)
                guard state != watch.told else { continue }
                content.watches[number]?.told = state
                watch.watcher(state)
            }
        }
    }

    /// Tells the state at once, then each change.
    func watch(_ service: String, _ watcher: @escaping Watcher) -> Int {
        content.withLock { content in
            let state = content.state(of: service)
            content.lastWatch += 1
            content.watches[content.lastWatch] = Watch(service: service, watcher: watcher, told: state)
            watcher(state)
            return content.lastWatch
        }
    }

    func unwatch(_ number: Int) {
        content.withLock { _ = $0.watches.removeValue(forKey: number) }
    }
}
