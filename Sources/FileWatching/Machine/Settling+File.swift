extension Settling {
    /// Where one file stands.
    struct File: Sendable {
        /// What the listener knows.
        var told: Sight
        var phase: Phase

        /// When the next look is due; `nil` if the file is quiet.
        var lookAt: Duration? {
            switch phase {
            case .quiet: nil
            case .changing(let changing): changing.lookAt
            }
        }
    }

    enum Phase: Sendable {
        case quiet
        case changing(Changing)
    }

    struct Changing: Sendable {
        /// What the last signal or look found.
        var seen: Sight

        /// The last file that was there. It may be out of sight for a moment: SwiftPM makes the link to its build folder
        /// anew at the end of each build.
        var lastFile = Sight.absent

        /// Contents may be others even where size and times are the same.
        var isWritten = false
        var isOpen = false
        var lookAt: Duration

        mutating func take(_ signal: Signal, _ sight: Sight) {
            switch signal {
            case .created: isOpen = true
            case .written: (isOpen, isWritten) = (true, true)
            case .closed, .replaced: isOpen = false
            case .found(let isYoung):
                // Of a file that has been followed, more is known than its age.
                if sight != .absent, !lastFile.isSameFile(as: sight) { isOpen = isYoung }
            }
            seen = sight
            if sight != .absent { lastFile = sight }
        }
    }
}
