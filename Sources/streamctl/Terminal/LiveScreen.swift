import Glibc

/// The terminal while something is drawn on it in place: its other screen, without a cursor and without the echo of keys.
///
/// The terminal is as it was after ``leave()``; whoever enters leaves on every way out.
final class LiveScreen {
    private var before: termios?

    /// Whether standard output is a terminal.
    static var isThere: Bool { isatty(STDOUT_FILENO) == 1 }

    func enter() {
        var settings = termios()
        if tcgetattr(STDIN_FILENO, &settings) == 0 {
            before = settings
            // Keys come one by one; Ctrl-C and Ctrl-Z stay signals.
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        }
        Output.raw("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    func leave() {
        Output.raw("\u{1B}[?25h\u{1B}[?1049l")
        if var before { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
        before = nil
    }

    /// Draws the lines over what is there, cut to the terminal's size, in one write: nothing flickers. `false`: the terminal is gone.
    func draw(_ lines: [String]) -> Bool {
        let (columns, rows) = Self.size
        let shown = lines.prefix(rows).map { String($0.prefix(columns)) + "\u{1B}[K" }
        return Output.raw("\u{1B}[H" + shown.joined(separator: "\r\n") + "\u{1B}[J")
    }

    private static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
