import ArgumentParser
import Foundation

/// A plugin's configuration as it is given on the command line.
enum PluginConfiguration {
    /// The JSON text of `{...}`, or of the file of `@FILE`.
    static func read(_ argument: String) throws -> String {
        guard argument.hasPrefix("@") else { return try checked(argument, from: "--config") }
        let path = String(argument.dropFirst())
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Failure.report("--config @\(path): the file can't be read: \(error.localizedDescription)", code: .badUsage)
        }
        return try checked(text, from: path)
    }

    private static func checked(_ text: String, from source: String) throws -> String {
        guard let problem = JSONText.problem(inObject: text) else { return text }
        throw Failure.report("\(source): \(problem). Wanted a JSON object such as '{\"key\": 1}', or @FILE with one", code: .badUsage)
    }
}
