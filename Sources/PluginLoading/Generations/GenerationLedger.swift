/// The generations of one plugin: which there are, how far each has come, and what may happen next. It decides; its driver loads,
/// moves calls and retires.
///
/// A generation is one loaded copy of a plugin: `staged -> checked -> started -> active -> draining -> retired`, or `failed`. One is
/// active: new calls go to it. The one before it may be taken back as long as the new one is on probation.
public struct GenerationLedger: Sendable, Equatable {
    /// How far a generation has come.
    public enum State: Sendable, Equatable {
        /// Its library's file has been copied.
        case staged
        /// The copy is a plugin of this ABI and of this name.
        case checked
        /// It was created and has registered its services, which nobody sees yet.
        case started
        /// New calls go to it.
        case active
        /// Another one is active; it serves what calls it has left.
        case draining
        /// It serves nothing, and its instance is gone.
        case retired
        /// It was never active, or is no more, for that reason.
        case failed(String)

        /// Whether it has an instance, or is about to.
        public var isLive: Bool {
            switch self {
            case .staged, .checked, .started, .active, .draining: true
            case .retired, .failed: false
            }
        }
    }

    /// What becomes of a wish for a new generation.
    public enum OnBegin: Sendable, Equatable {
        /// It is staged now, under this number.
        case begin(Int)
        /// So many are live, which is as many as may be.
        case tooMany(Int)
    }

    /// The most that may be live at a time.
    public var maxLive: Int
    /// The one that new calls go to.
    public private(set) var active: Int?
    /// The one that was active before, as long as it may be taken back.
    public private(set) var reserve: Int?
    private var states: [Int: State] = [:]
    private var last = 0

    // So many that are over are remembered.
    private static let remembered = 16

    /// No generations yet.
    public init(maxLive: Int) {
        self.maxLive = maxLive
    }

    /// How far that one has come; `nil`: there is none of that number, or it is long over.
    public subscript(number: Int) -> State? { states[number] }

    /// All that are known, oldest first.
    public var numbers: [Int] { states.keys.sorted() }

    /// Those that are live.
    public var live: Int { states.values.count(where: \.isLive) }

    // MARK: A new one

    /// A library's file is to become a generation.
    public mutating func begin() -> OnBegin {
        guard live < maxLive else { return .tooMany(live) }
        last += 1
        states[last] = .staged
        forget()
        return .begin(last)
    }

    /// It has been checked, or started. Steps can't be left out.
    public mutating func advanced(_ number: Int) {
        switch states[number] {
        case .staged: states[number] = .checked
        case .checked: states[number] = .started
        case .started, .active, .draining, .retired, .failed, nil: break
        }
    }

    /// It can't be used, for that reason.
    public mutating func failed(_ number: Int, _ reason: String) {
        switch states[number] {
        case .staged, .checked, .started: states[number] = .failed(reason)
        case .active, .draining, .retired, .failed, nil: break
        }
    }

    /// It is not wanted after all: as if it had not begun.
    public mutating func dropped(_ number: Int) {
        switch states[number] {
        case .staged, .checked, .started:
            states[number] = nil
            if number == last { last -= 1 }
        case .active, .draining, .retired, .failed, nil: break
        }
    }

    /// New calls go to it now; the one that was active becomes the reserve, and the reserve before it may retire.
    public mutating func published(_ number: Int) {
        guard states[number] == .started else { return }
        if let active { states[active] = .draining }
        reserve = active
        active = number
        states[number] = .active
    }

    // MARK: Probation

    /// The active one has shown itself good: there is no way back, and the reserve may retire.
    public mutating func probationPassed() {
        reserve = nil
    }

    /// The reserve is active again, and the one that was has failed for that reason. `false`: there is no reserve.
    public mutating func rolledBack(_ reason: String) -> Bool {
        guard let reserve, let active else { return false }
        states[reserve] = .active
        // Its calls that stay with it, if any, must end first; that it failed is what is told of it.
        states[active] = .draining
        failures[active] = reason
        self.active = reserve
        self.reserve = nil
        return true
    }

    // MARK: The end

    /// Why those have failed that still have calls.
    private var failures: [Int: String] = [:]

    /// The plugin is taken out of service: none is active any more.
    public mutating func withdrawn() {
        if let active { states[active] = .draining }
        active = nil
        reserve = nil
    }

    /// Its instance is gone.
    public mutating func retired(_ number: Int) {
        guard states[number] == .draining else { return }
        states[number] = failures.removeValue(forKey: number).map { .failed($0) } ?? .retired
    }

    private mutating func forget() {
        let over = states.filter { !$0.value.isLive }.keys.sorted()
        for number in over.dropLast(Self.remembered) { states[number] = nil }
    }
}
