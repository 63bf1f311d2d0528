import Synchronization

/// What all connections together may grant beyond the windows that each stream begins with: each byte of it is one that a client may send, and
/// that the host then keeps until a handler takes it.
final class WindowBudget: Sendable {
    private let granted = Atomic<Int>(0)
    private let limit: Atomic<Int>

    init(limit: Int) {
        self.limit = Atomic(limit)
    }

    /// What was taken and not given back.
    var taken: Int { granted.load(ordering: .relaxed) }

    func setLimit(_ bytes: Int) { limit.store(bytes, ordering: .relaxed) }

    /// Up to so many bytes; what was taken is to be given back.
    func take(_ wanted: Int) -> Int {
        let before = granted.wrappingAdd(wanted, ordering: .relaxed).oldValue
        let taken = min(max(limit.load(ordering: .relaxed) - before, 0), wanted)
        if taken < wanted { granted.wrappingSubtract(wanted - taken, ordering: .relaxed) }
        return taken
    }

    func giveBack(_ bytes: Int) { granted.wrappingSubtract(bytes, ordering: .relaxed) }
}
