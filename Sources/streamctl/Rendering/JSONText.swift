import Foundation
import SwiftProtobuf

/// Answers as JSON: protobuf's own mapping with the names of the .proto, 64-bit integers as numbers. Fields that are 0, false or empty are
/// left out, as protobuf has it.
enum JSONText {
    static func of(_ message: any Message) throws -> String {
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        options.alwaysPrintInt64sAsNumbers = true
        return try message.jsonString(options: options)
    }

    /// What is wrong with a plugin's configuration; `nil`: it is a JSON object.
    static func problem(inObject text: String) -> String? {
        do {
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
            return value is [String: Any] ? nil : "found JSON that is no object"
        } catch {
            let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "\(error)"
            let sentence = String(reason.reversed().drop { $0 == "." }.reversed())
            return "found no JSON: \(sentence)"
        }
    }
}
