/// Why the launcher ends without having served.
struct Failure: Error, CustomStringConvertible {
    /// The exit code.
    enum Code: Int32 {
        case atRunTime = 1
        /// What was read is no request, or asks for what can't be served.
        case badRequest = 2
    }

    let code: Code
    /// What was found, and what was wanted.
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
