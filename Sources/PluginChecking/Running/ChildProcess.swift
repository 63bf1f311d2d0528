import Glibc

/// One child, from its start to its end: what it tells, what the plugin writes, and how it ends.
final class ChildProcess {
    /// How a child ended.
    enum End: Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    /// What has come since it was last asked.
    struct News {
        var events: [CheckEvent] = []
        var end: End?
    }

    private static let outputKept = 16 * 1024
    private let process: pid_t
    private let events: Int32
    private let output: Int32
    private var pending: [UInt8] = []
    private var written: [UInt8] = []
    private var end: End?

    /// Starts it. Its events come through descriptor 3; what it writes to its output is kept, and shown to nobody.
    init(executable: String, arguments: [String]) throws(CheckError) {
        var eventPipe: [Int32] = [0, 0]
        var outputPipe: [Int32] = [0, 0]
        guard pipe(&eventPipe) == 0, pipe(&outputPipe) == 0 else {
            throw CheckError("no pipe to the checking process: \(String(cString: strerror(errno)))")
        }
        for descriptor in eventPipe + outputPipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        defer {
            close(eventPipe[1])
            close(outputPipe[1])
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, outputPipe[1], 1)
        posix_spawn_file_actions_adddup2(&actions, outputPipe[1], 2)
        // Where the pipe has number 3 already, dup2 clears its close-on-exec flag all the same (POSIX.1-2008 TC2, posix_spawn).
        posix_spawn_file_actions_adddup2(&actions, eventPipe[1], Self.eventDescriptor)
        // The parent takes the signals that end it in its own way; the child is to have them as they are by default.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var process = pid_t()
        let words = ([executable] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        // Swift's own backtraces take seconds, and stop the child to write what nobody reads.
        let environment = Self.environment().map { strdup($0) } + [nil]
        defer { for entry in environment { free(entry) } }
        let status = posix_spawn(&process, executable, &actions, &attributes, words, environment)
        guard status == 0 else {
            close(eventPipe[0])
            close(outputPipe[0])
            throw CheckError("the checking process can't be started: \(String(cString: strerror(status)))")
        }
        self.process = process
        events = eventPipe[0]
        output = outputPipe[0]
        for descriptor in [events, output] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }

    static let eventDescriptor: Int32 = 3

    private static func environment() -> [String] {
        var entries: [String] = []
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if !line.hasPrefix("SWIFT_BACKTRACE=") { entries.append(line) }
            entry += 1
        }
        return entries + ["SWIFT_BACKTRACE=enable=no"]
    }

    deinit {
        close(events)
        close(output)
    }

    /// Waits for something to come, at most so long.
    func news(milliseconds: Int32) -> News {
        var descriptors = [pollfd(fd: events, events: Int16(POLLIN), revents: 0), pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
        if end == nil { poll(&descriptors, 2, milliseconds) }
        // The end first: what was written before it is then there to be read.
        reap()
        written = Array((written + drain(output)).suffix(Self.outputKept))
        pending += drain(events)
        var news = News()
        while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
            if let event = CheckEvent(line: pending[..<newline]) { news.events.append(event) }
            pending.removeFirst(newline + 1)
        }
        news.end = end
        return news
    }

    /// Ends it.
    func kill() {
        guard end == nil else { return }
        _ = Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        end = .signalled(SIGKILL)
    }

    /// The last lines that the plugin wrote.
    var lastOutput: [String] {
        String(decoding: written, as: UTF8.self).split(separator: "\n").suffix(4).map { line in
            String(line.prefix(200).map { $0.isASCII && ($0.asciiValue ?? 0) < 32 ? " " : $0 })
        }
    }

    private func reap() {
        guard end == nil else { return }
        var status: Int32 = 0
        guard waitpid(process, &status, WNOHANG) == process else { return }
        // As the macros of <sys/wait.h> have it.
        let signal = status & 0x7F
        end = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
    }

    private func drain(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }
}

/// Why plugins can't be checked here at all.
package struct CheckError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
