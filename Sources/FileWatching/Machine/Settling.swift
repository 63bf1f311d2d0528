/// Decides when a file that changes has become whole. It has no clock and looks at no file: it is told what happened,
/// what was found and what time it is, as a duration since any fixed point.
///
/// A file is quiet or changing. Each signal of a change puts the next look off: by `settle` if whoever wrote the file has
/// closed it or put it in place at once, by ``patience`` if it may still be open. A look that finds another state than
/// the one before puts off too. One that finds the same state ends the change, and only then something is told: that the
/// file has settled, or that it is gone; or nothing, if all is as it was when something was told last.
struct Settling: Sendable {
    /// What is known to have happened to a file.
    enum Signal: Sendable, Equatable {
        /// It was made, by a writer who has it open.
        case created

        /// A writer has changed its contents, and has it open.
        case written

        /// A writer has closed it.
        case closed

        /// Another file, or none, took its place at once: by a rename, a link, a deletion.
        case replaced

        /// It was found, but what happened to it wasn't seen. A young file may be one that is still written.
        case found(isYoung: Bool)
    }

    /// What a look leads to.
    enum Outcome: Sendable, Equatable {
        /// Tell that the file is whole, and another than what was told before.
        case settled

        /// Tell that the file is gone.
        case removed

        /// Tell nothing: all is as it was told before.
        case unchanged

        /// Look again later.
        case changing
    }

    /// How long a closed file must have been unchanged. A new value counts from the next signal on.
    var settle: Duration

    private var files: [String: File] = [:]

    init(settle: Duration) {
        self.settle = settle
    }

    /// How long a file that may still be open must have been unchanged: linkers that write through a mapping make no
    /// events between the first byte and the close, and a writer that never closes must not be waited for forever.
    var patience: Duration {
        min(settle * 10, settle + .seconds(10))
    }

    /// Starts with a file whose present state the listener knows.
    mutating func add(_ path: String, known: Sight) {
        files[path] = File(told: known, phase: .quiet)
    }

    /// Forgets a file.
    mutating func remove(_ path: String) {
        files[path] = nil
    }

    /// A change, and what is at the path now.
    mutating func noticed(_ signal: Signal, at path: String, _ sight: Sight, now: Duration) {
        guard var file = files[path] else { return }
        var changing: Changing
        switch file.phase {
        case .quiet:
            // Opened for writing and closed again, or a change on the way to the file that led back to it.
            guard sight != file.told || (signal == .written && sight != .absent) else { return }
            changing = Changing(seen: .absent, lookAt: now)
        case .changing(let earlier):
            changing = earlier
        }
        changing.take(signal, sight)
        changing.lookAt = now + wait(for: changing)
        file.phase = .changing(changing)
        files[path] = file
    }

    /// Whether nothing is going on with the file.
    func isQuiet(_ path: String) -> Bool {
        files[path]?.lookAt == nil
    }

    /// When the next look is due; `nil` if all files are quiet.
    var nextLook: Duration? {
        files.values.compactMap(\.lookAt).min()
    }

    /// The files to look at, those that have waited longest first.
    func due(now: Duration) -> [String] {
        files
            .compactMap { path, file in file.lookAt.map { (path: path, lookAt: $0) } }
            .filter { $0.lookAt <= now }
            .sorted { ($0.lookAt, $0.path) < ($1.lookAt, $1.path) }
            .map(\.path)
    }

    /// What the look that was due has found.
    mutating func looked(at path: String, _ sight: Sight, now: Duration) -> Outcome {
        guard var file = files[path], case .changing(var changing) = file.phase else { return .unchanged }
        defer { files[path] = file }
        if changing.seen != sight {
            changing.seen = sight
            changing.lookAt = now + wait(for: changing)
            file.phase = .changing(changing)
            return .changing
        }
        let before = file.told
        file.told = sight
        file.phase = .quiet
        switch (before, sight) {
        case (.absent, .absent): return .unchanged
        case (.present, .absent): return .removed
        case (.absent, .present): return .settled
        case (.present, .present): return before != sight || changing.isWritten ? .settled : .unchanged
        }
    }

    private func wait(for changing: Changing) -> Duration {
        switch changing.seen {
        case .absent: settle
        case .present: changing.isOpen ? patience : settle
        }
    }
}
