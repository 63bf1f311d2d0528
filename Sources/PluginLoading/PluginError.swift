/// Why a plugin could not be loaded, started or retired: an open code, and a message that says what was found, what was wanted and
/// what to do.
public struct PluginError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Sendable, Equatable {
        private let name: String
        private init(_ name: String) { self.name = name }
        /// There is no such file, or it can't be read.
        public static let notFound = Code("notFound")
        /// The file is no shared library of this machine, or the system's loader refused it.
        public static let notLoadable = Code("notLoadable")
        /// The file isn't whole yet, or changes: worth another look.
        public static let unfinished = Code("unfinished")
        /// No private copy could be made.
        public static let staging = Code("staging")
        /// The library has no entry function.
        public static let noEntry = Code("noEntry")
        /// The entry function's answer is not a plugin of this ABI.
        public static let abiMismatch = Code("abiMismatch")
        /// The plugin refused its configuration, or failed to start.
        public static let refused = Code("refused")
        /// The plugin could not save its state, or refused another generation's.
        public static let stateRefused = Code("stateRefused")
        /// What the plugin registers is malformed or belongs to another plugin.
        public static let badRegistration = Code("badRegistration")
    }

    /// What kind of failure it is.
    public let code: Code
    /// For a person.
    public let message: String

    /// The message.
    public var description: String { message }

    /// An error of that kind.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
