import ArgumentParser
import Glibc
import HostCore

/// Exit codes, and the way a failure is told.
enum Failure {
    enum Code: Int32 {
        case atRunTime = 1
        case badUsage = 2
    }

    static func code(of error: HostError) -> Code {
        error.code == .badConfiguration ? .badUsage : .atRunTime
    }

    /// Writes the reason to standard error; to be thrown.
    static func report(_ message: String, code: Code) -> ExitCode {
        let line = Array("streamhost: \(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        return ExitCode(code.rawValue)
    }
}
