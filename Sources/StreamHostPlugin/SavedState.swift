import Foundation

/// What a plugin hands to the next generation of itself when it is reloaded; see ``Plugin/save()``.
public struct SavedState: Sendable, Equatable {
    /// The plugin's own name for the format, such as "chat.rooms".
    public let schema: String
    /// Which version of the format: raised whenever older code couldn't read it any more.
    public let version: Int
    /// The state itself.
    public let bytes: [UInt8]

    /// A state in a format of the plugin's own. What can be large should be: it is made while calls wait.
    public init(schema: String, version: Int, bytes: [UInt8]) {
        self.schema = schema
        self.version = version
        self.bytes = bytes
    }

    /// A state as JSON.
    /// - Throws: what the value's encoding throws.
    public init(schema: String, version: Int, value: some Encodable) throws {
        self.init(schema: schema, version: version, bytes: Array(try JSONEncoder().encode(value)))
    }

    /// The state, where it is JSON.
    /// - Throws: ``RPCError`` with the reason where it is no such value; good to be thrown on by ``Plugin/restore(_:)``.
    public func value<T: Decodable>(as type: T.Type) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw RPCError(.failedPrecondition, "the state \(schema) \(version) is no \(type): \(error)")
        }
    }

    /// Refuses what the plugin doesn't know: another schema, or a version that is newer than its own. The beginning of a
    /// ``Plugin/restore(_:)``; an older version is the plugin's to upgrade.
    /// - Throws: ``RPCError`` that says what was found and what is known.
    public func require(schema known: String, upTo latest: Int) throws {
        guard schema == known, (0...latest).contains(version) else {
            throw RPCError(
                .failedPrecondition,
                "found the state \(schema) \(version), this plugin knows \(known) up to \(latest): "
                    + (schema == known ? "it was saved by a newer version" : "it was saved by another plugin, or in another format")
            )
        }
    }
}
