/// A plugin's own state, as it hands it over to its next generation.
public struct SavedState: Sendable, Equatable {
    /// The plugin's name for the format.
    public let schema: String
    /// The format's version.
    public let version: UInt32
    /// The state.
    public let bytes: [UInt8]

    /// A state of that format.
    public init(schema: String, version: UInt32, bytes: [UInt8]) {
        self.schema = schema
        self.version = version
        self.bytes = bytes
    }
}
