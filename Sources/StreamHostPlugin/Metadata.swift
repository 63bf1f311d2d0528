/// Metadata of a call: names and values in order, duplicates included.
public struct Metadata: Sendable, Equatable {
    /// One entry. Values of names that end in `-bin` are raw bytes; base64 is the host's business.
    public struct Entry: Sendable, Equatable {
        /// In lower case.
        public var name: String
        /// As it came.
        public var value: [UInt8]

        /// An entry.
        public init(name: String, value: [UInt8]) {
            self.name = name
            self.value = value
        }

        /// The value as text.
        public var text: String { String(decoding: value, as: UTF8.self) }
    }

    /// All entries.
    public private(set) var entries: [Entry]

    /// Metadata of those entries.
    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// The first value of that name, as text.
    public subscript(name: String) -> String? {
        entries.first { $0.name == name }?.text
    }

    /// The first value of that name, as bytes.
    public func bytes(_ name: String) -> [UInt8]? {
        entries.first { $0.name == name }?.value
    }

    /// Adds an entry of text.
    public mutating func add(_ name: String, _ value: String) {
        entries.append(Entry(name: name, value: Array(value.utf8)))
    }

    /// Adds an entry of bytes; the name must end in `-bin`.
    public mutating func add(_ name: String, bytes: [UInt8]) {
        entries.append(Entry(name: name, value: bytes))
    }
}
