/// Names a call from outside: the loop it lives on, its slot in the loop's table, and the slot's generation, so that a handle
/// of a call that has ended is recognized and never reaches another call.
public struct CallHandle: Sendable, Hashable, RawRepresentable {
    /// Loop in the top 8 bits, slot in 24, generation in 32. 0 is never valid.
    public let rawValue: UInt64

    /// The handle of that value, valid or not.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(loop: Int, slot: Int, generation: UInt32) {
        rawValue = UInt64(loop) << 56 | UInt64(slot) << 32 | UInt64(generation)
    }

    static let maxLoops = 256
    static let maxSlots = 1 << 24

    /// Index of the loop.
    public var loop: Int { Int(rawValue >> 56) }
    var slot: Int { Int(rawValue >> 32) & (Self.maxSlots - 1) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}
