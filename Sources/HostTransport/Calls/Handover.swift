/// What a call needs to move from handler to handler: apart from the call, as few ever do.
final class Handover {
    /// Where the call stands with being asked to let go.
    enum Yield {
        /// Not asked.
        case none
        /// Asked; the handler has not answered.
        case asked
        /// The handler lets go: done at the end of the turn, as no event may come from inside what it called.
        case letsGo
        /// The handler keeps the call; settled at the end of the turn.
        case stays
    }

    /// The handler's last word on where the call stands.
    var checkpoint: [UInt8] = []
    /// Whether there was one, be it empty.
    var hasCheckpoint = false
    /// The request of a method that takes one, as it was delivered.
    var request: [UInt8]?
    /// Messages that the handler has given back, framed.
    var givenBack: [UInt8] = []
    var givenBackCount = 0
    /// Messages that are to be delivered again: they have been counted.
    var redelivered = 0
    var yield = Yield.none
    /// Whether a move waits for the handler's answer.
    var isAwaited = false
    /// Whether nothing is delivered, whatever the demand: that is in `pausedDemand`.
    var isPaused = false
    var pausedDemand: UInt32 = 0
    /// When the handler was asked: from then on nothing was delivered.
    var askedAt: UInt64 = 0
    /// Why nobody waits any more, where that came while no handler had the call.
    var lost: CancelReason?
    /// How often it has moved.
    var moves: Int32 = 0
}
