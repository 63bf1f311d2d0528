import ConformanceAPI
import Foundation
import StreamHostPlugin

/// Metadata as the suite writes it: text, which is base64 without padding where the name ends in "-bin".
enum HeaderText {
    static func of(_ entry: Metadata.Entry) -> String {
        guard entry.name.hasSuffix("-bin") else { return entry.text }
        let text = Data(entry.value).base64EncodedString()
        return String(text.prefix { $0 != "=" })
    }

    /// - Throws: INVALID_ARGUMENT where a value is no base64.
    static func metadata(_ headers: [Connectrpc_Conformance_V1_Header]) throws -> Metadata {
        var metadata = Metadata()
        for header in headers {
            let name = header.name.lowercased()
            for value in header.value {
                guard name.hasSuffix("-bin") else {
                    metadata.add(name, value)
                    continue
                }
                let bare = value.prefix { $0 != "=" }
                guard let bytes = Data(base64Encoded: bare + String(repeating: "=", count: (4 - bare.utf8.count % 4) % 4)) else {
                    throw RPCError(.invalidArgument, "found the value \(value) of \(name), wanted base64")
                }
                metadata.add(name, bytes: Array(bytes))
            }
        }
        return metadata
    }
}
