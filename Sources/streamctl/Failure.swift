import ArgumentParser
import StreamHostClient

/// Exit codes, and the way a failure is told.
enum Failure {
    enum Code: Int32 {
        /// The host says no, or what was asked for can't be done.
        case refused = 1
        case badUsage = 2
        /// No host could be reached.
        case noHost = 3
    }

    static func code(of error: AdminError) -> Code {
        switch error.code {
        case .badAddress: .badUsage
        case .unreachable, .noAnswer: .noHost
        default: .refused
        }
    }

    /// Writes the reason to standard error; to be thrown.
    static func report(_ message: String, code: Code = .refused) -> ExitCode {
        Output.error("streamctl: \(Printable.lines(message))")
        return ExitCode(code.rawValue)
    }

    /// Writes the reason to standard error; to be thrown.
    static func report(_ error: AdminError) -> ExitCode { report(error.message, code: code(of: error)) }
}
