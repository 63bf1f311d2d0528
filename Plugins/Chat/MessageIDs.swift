import Synchronization

/// Ids that are unique over all rooms, and over restarts: a random beginning, drawn once, and a number.
final class MessageIDs: Sendable {
    private let beginning: String
    private let last = Atomic<UInt64>(0)

    init() {
        var random = SystemRandomNumberGenerator()
        beginning = String(random.next() as UInt64, radix: 36) + "-"
    }

    /// The next id.
    func next() -> String {
        beginning + String(last.wrappingAdd(1, ordering: .relaxed).newValue, radix: 36)
    }
}
