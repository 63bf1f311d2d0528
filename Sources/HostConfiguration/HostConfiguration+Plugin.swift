extension HostConfiguration {
    /// A shared library to load, and what to tell it.
    ///
    /// In JSON: `{"library": "plugins/libchat.so", "config": {"historyMessages": 1000}}`.
    public struct Plugin: Sendable, Equatable {
        /// The shared library's path as the operator wrote it; the host resolves it. JSON key: `library`. Required.
        public var path: String

        /// The name of the plugin in logs and of its data folder: 1 to 64 letters, digits, `.`, `_` and `-`, the first
        /// a letter or digit. Default: `nil`, the name that the library gives itself.
        public var name: String?

        /// The plugin's own configuration, which only the plugin understands. Always an object. Default: `{}`.
        public var config: JSONValue

        /// Whether the library is watched, and reloaded when a new file is whole. Default: `false`.
        /// ``HostConfiguration/watch`` goes over it.
        public var watch: Bool

        /// Creates a plugin entry.
        public init(path: String, name: String? = nil, config: JSONValue = .object([:]), watch: Bool = false) {
            self.path = path
            self.name = name
            self.config = config
            self.watch = watch
        }
    }
}

extension HostConfiguration.Plugin {
    /// Reads a plugin's own configuration from a text that isn't part of a file: an object.
    /// - Parameter name: What messages call the text.
    public static func config(parsing text: [UInt8], from name: String) throws(ConfigurationError) -> JSONValue {
        let file = ConfigurationFile(name: name, bytes: text)
        return try FileWalker(file: file).config(JSONParser.parse(file), at: .root)
    }
}

extension HostConfiguration.Plugin {
    static let maximumNameLength = 64

    /// Whether the other entry is of the same library, however its path is spelled.
    func isSameLibrary(as other: Self) -> Bool {
        Self.normalized(path) == Self.normalized(other.path)
    }

    /// A name becomes a folder's name, so it can hold no `/`, and can't be `.`, `..` or a hidden file.
    public static func isValidName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= maximumNameLength else { return false }
        return first.isASCIILetterOrDigit
            && bytes.allSatisfy { byte in
                byte.isASCIILetterOrDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
            }
    }

    /// The path in the one spelling by which entries are compared: `./plugins//libchat.so` and `plugins/libchat.so` are
    /// one library. `..` stays: behind a symbolic link it is not the parent that the text shows.
    public static func normalized(_ path: String) -> String {
        let steps = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        return path.hasPrefix("/") ? "/" + steps : steps
    }
}
