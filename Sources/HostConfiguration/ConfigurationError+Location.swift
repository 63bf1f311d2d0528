extension ConfigurationError {
    /// Where a mistake is.
    public enum Location: Sendable, Equatable {
        /// In the configuration file: its name as given, the place in the text where one is known, and the JSON path
        /// (RFC 9535, such as `$.plugins[0].library`) where there is one.
        case file(String, position: TextPosition? = nil, path: String? = nil)

        /// In the environment variable of this name.
        case environment(String)

        /// In the command-line flag of this name, such as `--listen`.
        case flag(String)
    }

    /// A place in a text file.
    public struct TextPosition: Sendable, Equatable {
        /// The line; the first is 1.
        public var line: Int

        /// The column in Unicode scalars; the first is 1.
        public var column: Int

        /// Creates a position.
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }
}

extension ConfigurationError.Location: CustomStringConvertible {
    /// The location in the form that compilers use and editors can jump to: `file:line:column: path`.
    public var description: String {
        switch self {
        case .file(let name, let position, let path):
            let place = position.map { ":\($0.line):\($0.column)" } ?? ""
            return name + place + (path.map { ": \($0)" } ?? "")
        case .environment(let variable):
            return variable
        case .flag(let name):
            return name
        }
    }
}
