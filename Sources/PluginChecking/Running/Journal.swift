import Glibc
import Synchronization

/// What the child writes down: events, for the parent to read, and the place where the process is, for the parent to know where it ended.
///
/// SAFETY: the descriptors are constant; the rest is behind a mutex.
final class Journal: Sendable {
    private struct State {
        var check = ""
        var log: [String] = []
        var told: Set<Breach> = []
        var places: [String] = []
    }

    private static let mostLogLines = 3
    private let events: Int32
    private let place: Int32
    private let state = Mutex(State())

    /// `events`: written to; `place`: a file, whose beginning is written over.
    init(events: Int32, place: Int32) {
        self.events = events
        self.place = place
    }

    func write(_ event: CheckEvent) {
        let line = event.line
        var sent = 0
        while sent < line.count {
            let count = line.withUnsafeBytes { Glibc.write(events, $0.baseAddress.map { $0 + sent }, line.count - sent) }
            guard count > 0 || errno == EINTR else { return }
            sent += max(count, 0)
        }
    }

    func begin(_ check: String) {
        state.withLock { state in
            state.check = check
            state.log = []
            state.places = []
        }
        write(.began(check))
        mark("")
    }

    func end(_ check: String, _ outcome: Outcome) {
        write(.ended(check, outcome, log: state.withLock { $0.log }))
    }

    func report(_ breach: Breach) {
        let check = state.withLock { state in
            // Once is enough, and a plugin that is wrong a million times is not to fill the pipe.
            state.told.insert(breach).inserted ? state.check : nil
        }
        if let check { write(.breach(check, breach)) }
    }

    /// A line of the plugin's log, kept for the check's outcome.
    func log(_ line: String) {
        state.withLock { state in
            guard state.log.count < Self.mostLogLines else { return }
            state.log.append(String(line.prefix(200)))
        }
    }

    /// The process goes into a function of the plugin's.
    func enter(_ what: String) {
        mark(
            state.withLock { state in
                state.places.append(what)
                return what
            }
        )
    }

    /// And is out of it again.
    func leave() {
        mark(
            state.withLock { state in
                _ = state.places.popLast()
                return state.places.last ?? ""
            }
        )
    }

    private func mark(_ text: String) {
        var bytes = Array(text.utf8.prefix(255))
        bytes += [UInt8](repeating: 0, count: 256 - bytes.count)
        _ = pwrite(place, bytes, bytes.count, 0)
    }
}
