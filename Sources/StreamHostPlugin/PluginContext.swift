import CStreamHost
import Foundation

/// What the host offers to a plugin, whatever the call.
public struct PluginContext: Sendable {
    let host: HostFunctions

    /// The plugin's configuration as the operator wrote it: a JSON object, `{}` where there is none.
    public var configuration: Data { Data(host.config) }

    /// The configuration as a type of the plugin's own.
    /// - Throws: a ``ConfigurationMismatch`` that names the key, what was found and what was wanted.
    public func configuration<T: Decodable>(as type: T.Type) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: configuration)
        } catch let error as DecodingError {
            throw ConfigurationMismatch(error)
        }
    }

    /// A folder of the plugin's own to keep files in; made where it isn't there yet.
    public func dataDirectory() throws -> String { try host.dataDirectory() }

    /// Writes to the host's log; the host adds the plugin's name.
    public var log: PluginLogger { PluginLogger(host: host) }

    /// The host's version.
    public var hostVersion: String { host.version }
}

/// A configuration that doesn't fit the plugin.
public struct ConfigurationMismatch: Error, CustomStringConvertible {
    /// The key, what was found and what was wanted.
    public let description: String

    init(_ error: DecodingError) {
        func path(_ context: DecodingError.Context, _ more: String = "") -> String {
            let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return "$" + keys + more
        }
        switch error {
        case .typeMismatch(let type, let context):
            description = "\(path(context)): wanted \(type); \(context.debugDescription)"
        case .valueNotFound(let type, let context):
            description = "\(path(context)): found null, wanted \(type)"
        case .keyNotFound(let key, let context):
            description = "\(path(context, ".\(key.stringValue)")): found nothing, wanted a value"
        case .dataCorrupted(let context):
            description = "\(path(context)): \(context.debugDescription)"
        @unknown default:
            description = "\(error)"
        }
    }

    /// A mismatch in the plugin's own words: the key's path, such as `$.maxFileBytes`, what was found and what was wanted.
    public init(_ description: String) {
        self.description = description
    }
}

/// Writes to the host's log.
public struct PluginLogger: Sendable {
    let host: HostFunctions

    /// For following single calls.
    public func debug(_ message: @autoclosure () -> String) { host.log(Int32(SH_LOG_DEBUG), message()) }
    /// For what an operator wants to know.
    public func info(_ message: @autoclosure () -> String) { host.log(Int32(SH_LOG_INFO), message()) }
    /// For what may become a problem.
    public func warning(_ message: @autoclosure () -> String) { host.log(Int32(SH_LOG_WARNING), message()) }
    /// For what went wrong.
    public func error(_ message: @autoclosure () -> String) { host.log(Int32(SH_LOG_ERROR), message()) }
}
