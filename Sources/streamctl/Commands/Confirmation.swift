import Glibc

/// A question to the person at the terminal.
enum Confirmation {
    /// `true` also where there is no terminal: scripts are not asked.
    static func given(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return true }
        Output.error("\(question) [y/N]")
        let answer = readLine()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }
}
