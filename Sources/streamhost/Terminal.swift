import Glibc

/// What a descriptor's terminal can show.
struct Terminal {
    let width: Int
    let hasColor: Bool

    init(_ descriptor: Int32) {
        let isTerminal = isatty(descriptor) == 1
        var size = winsize()
        let known = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        width = known ? Int(size.ws_col) : getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 100
        // https://no-color.org
        let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColor = isTerminal && !refused
    }
}
