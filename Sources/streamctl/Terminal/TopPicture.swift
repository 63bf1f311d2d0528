import AdminAPI
import Glibc
import StreamHostClient

/// `streamctl top` on a terminal: asks the host again and again, and draws what it says. A host that is gone is waited for.
final class TopPicture {
    private typealias Events = LiveEvents<Result<TopSample, AdminError>>

    private let host: AdminClient
    private let interval: Double
    private let screen = LiveScreen()
    private var before: TopSample?
    private var sample: TopSample?
    private var problem: String?
    private var asking: Task<Void, Never>?

    init(host: AdminClient, interval: Double) {
        self.host = host
        self.interval = interval
    }

    /// Draws until the person ends it.
    func run() async throws {
        // The first answer is awaited before the screen is taken: what goes wrong then is told where it can be read afterwards.
        sample = try await TopSample.take(host)
        let events = Events(signals: [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH], interval: interval)
        screen.enter()
        defer {
            screen.leave()
            events.end()
            asking?.cancel()
        }
        for await event in events.stream where !handle(event, events) { return }
    }

    /// `false`: that was the end.
    private func handle(_ event: Events.Event, _ events: Events) -> Bool {
        switch event {
        case .key(let key):
            return key != UInt8(ascii: "q") && key != UInt8(ascii: "Q")
        case .signal(SIGWINCH):
            return draw()
        case .signal(SIGTSTP):
            screen.leave()
            // The default action, which is off as the signal is awaited. Goes on here when the shell lets it.
            kill(getpid(), SIGSTOP)
            screen.enter()
            return draw()
        case .signal:
            return false
        case .tick:
            ask(events)
            return draw()
        case .news(let answer):
            asking = nil
            take(answer)
            return draw()
        }
    }

    private func ask(_ events: Events) {
        guard asking == nil else { return }
        let host = host
        asking = Task {
            do throws(AdminError) {
                events.tell(.success(try await TopSample.take(host)))
            } catch {
                events.tell(.failure(error))
            }
        }
    }

    private func take(_ answer: Result<TopSample, AdminError>) {
        switch answer {
        case .success(let next):
            before = sample
            sample = next
            problem = nil
        case .failure(let error):
            problem = error.message
        }
    }

    private func draw() -> Bool {
        guard let sample else { return true }
        var lines = TopText.lines(sample, before: before, at: host.address, now: Now.milliseconds)
        lines.append("")
        if let problem {
            // The first line says what is wrong; the rest is advice for who has just started.
            let first = problem.split(separator: "\n").first.map(String.init) ?? ""
            lines += [Printable.line(first), "What is shown is the last answer; trying on."]
        }
        lines.append("q ends")
        return screen.draw(lines)
    }
}
