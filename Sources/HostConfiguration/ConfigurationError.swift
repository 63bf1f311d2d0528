/// A configuration that can't be used: what is wrong, in words, and where to mend it.
///
/// Its description is what an operator reads, such as
/// `hostconfig.json:12:29: $.limits.maxConcurrentStreams: found "many" (a string), wanted a whole number from 1 to
/// 2147483647`.
public struct ConfigurationError: Error, Sendable, Equatable {
    /// What kind of mistake it is, for programs.
    public var code: Code

    /// What was found, what was wanted and what to do, for people. It doesn't repeat ``location``.
    public var message: String

    /// Where the mistake is.
    public var location: Location

    /// Creates an error.
    public init(code: Code, message: String, location: Location) {
        self.code = code
        self.message = message
        self.location = location
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// The location and the message, on one line.
    public var description: String {
        "\(location): \(message)"
    }
}

extension ConfigurationError {
    /// The kind of a mistake. More kinds may come, so a `switch` over it needs a `default`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, such as `unknownKey`.
        public let description: String

        private init(_ name: String) {
            self.description = name
        }

        /// The file is missing, can't be read, or is far too large to be a configuration.
        public static let unreadableFile = Code("unreadableFile")

        /// The file isn't JSON.
        public static let syntax = Code("syntax")

        /// The file has a key that means nothing.
        public static let unknownKey = Code("unknownKey")

        /// An object in the file lacks a key that it needs.
        public static let missingKey = Code("missingKey")

        /// An environment variable with the host's prefix means nothing.
        public static let unknownVariable = Code("unknownVariable")

        /// A value is of the wrong type, such as a string where a number was wanted.
        public static let wrongType = Code("wrongType")

        /// A number is too small or too large.
        public static let outOfRange = Code("outOfRange")

        /// A value is of the right type, but not one that can be used.
        public static let invalidValue = Code("invalidValue")

        /// The same key, listener, library or plugin name is there twice.
        public static let duplicate = Code("duplicate")

        /// The host's own mistake: the layers were found good, and still couldn't be joined.
        public static let bug = Code("bug")
    }
}
