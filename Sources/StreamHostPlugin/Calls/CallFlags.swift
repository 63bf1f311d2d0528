import Synchronization

/// Where a call stands between its checkpoints and its move to another generation.
///
/// A handler may be interrupted for a move only where the host's checkpoint says all of it: where nothing was sent and no request was
/// taken since. What it does then must be impossible from that moment on, whichever of its tasks would do it; so both are decided in one
/// atomic value: a call becomes *dirty* by what it does, *clean* by a checkpoint, and *moving* only while it is clean.
struct CallFlags: ~Copyable, Sendable {
    private enum Flag {
        /// Something was sent or taken since the last checkpoint, or there is none yet.
        static let dirty: UInt8 = 1
        /// The host has asked for the call.
        static let yielding: UInt8 = 2
        /// The handler was, or is being, interrupted for the move.
        static let moving: UInt8 = 4
        /// The checkpoint that the host has is an empty one.
        static let blank: UInt8 = 8
        /// The call should end soon.
        static let draining: UInt8 = 16
    }

    // Relaxed almost everywhere: the value is all that is decided here, and what else the tasks share has locks of its own.
    private let value = Atomic<UInt8>(Flag.dirty)

    /// The call begins at the checkpoint of another generation.
    func resumed(at checkpoint: some Collection<UInt8>) {
        value.store(checkpoint.isEmpty ? Flag.blank : 0, ordering: .relaxed)
    }

    var isYielding: Bool { value.load(ordering: .relaxed) & Flag.yielding != 0 }

    var isMoving: Bool { value.load(ordering: .acquiring) & Flag.moving != 0 }

    /// Before something is sent.
    /// - Throws: `CancellationError` where the call is moving: what is sent now would be sent again.
    @inline(__always)
    func willSend() throws {
        guard value.load(ordering: .relaxed) & (Flag.dirty | Flag.moving) != Flag.dirty else { return }
        try makeDirty()
    }

    // A dirty call that is moving was so before: the flag is never looked at again.
    @inline(never)
    private func makeDirty() throws {
        let before = value.bitwiseOr(Flag.dirty, ordering: .relaxed).oldValue
        if before & Flag.moving != 0 { throw CancellationError() }
    }

    /// Before a request is taken: here a clean call that is to move is interrupted, as it has done nothing with the request yet.
    /// - Throws: `CancellationError` where the call moves.
    @inline(__always)
    func willTake() throws {
        guard value.load(ordering: .relaxed) & (Flag.dirty | Flag.yielding | Flag.moving) != Flag.dirty else { return }
        try letGoOrMakeDirty()
    }

    @inline(never)
    private func letGoOrMakeDirty() throws {
        if decideToMove() { throw CancellationError() }
        try makeDirty()
    }

    /// The call should end soon.
    func askToDrain() { value.bitwiseOr(Flag.draining, ordering: .relaxed) }

    var isDraining: Bool { value.load(ordering: .relaxed) & Flag.draining != 0 }

    /// The host asks for the call.
    func askToYield() { value.bitwiseOr(Flag.yielding, ordering: .relaxed) }

    /// Whether the call moves: a clean one that was asked for does so from here on.
    func decideToMove() -> Bool {
        var seen = value.load(ordering: .relaxed)
        while true {
            if seen & Flag.moving != 0 { return true }
            guard seen & (Flag.dirty | Flag.yielding) == Flag.yielding else { return false }
            let (exchanged, now) = value.weakCompareExchange(
                expected: seen,
                desired: seen | Flag.moving,
                ordering: .acquiringAndReleasing
            )
            if exchanged { return true }
            seen = now
        }
    }

    /// Whether an empty checkpoint is what the host has already.
    var isBlank: Bool { value.load(ordering: .relaxed) & Flag.blank != 0 }

    /// The host has the checkpoint: the call is clean.
    func checkpointed(blank: Bool) {
        if blank, !isBlank { value.bitwiseOr(Flag.blank, ordering: .relaxed) }
        value.bitwiseAnd(blank ? ~Flag.dirty : ~(Flag.dirty | Flag.blank), ordering: .releasing)
    }
}
