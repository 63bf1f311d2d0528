/// A new plugin's name, and what is called after it.
struct PluginName: Equatable {
    /// As it was given: the plugin's own name, and that of its library and product.
    let text: String

    /// Why a name can't be one.
    struct Mistake: Error, Equatable { let message: String }

    init(_ text: String) throws(Mistake) {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        func isMark(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") }

        guard let first = text.utf8.first, isLetter(first), text.utf8.allSatisfy({ isLetter($0) || isDigit($0) || isMark($0) }) else {
            throw Mistake(
                message:
                    "found the name \"\(Printable.line(text))\"; wanted letters, digits, - and _, with a letter first, such as price-feed"
            )
        }
        // sh_plugin.name in streamhost/plugin.h.
        guard text.utf8.count <= 64 else {
            throw Mistake(message: "found a name of \(text.utf8.count) characters; a plugin's name may have 64")
        }
        self.text = text
    }

    /// "libprice-feed.so".
    var library: String { "lib\(text).so" }
    /// The gRPC service's own name: "PriceFeed".
    var service: String { words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
    /// Its package: "price_feed". A dash is none of protobuf's letters.
    var package: String { words.map { $0.lowercased() }.joined(separator: "_") }
    /// The full name of the service: "price_feed.PriceFeed".
    var fullService: String { "\(package).\(service)" }
    /// Its interface's file.
    var protoFile: String { "\(package).proto" }
    /// The Swift module and type. Not the service's bare name, which could be that of a type of Swift's own.
    var module: String { "\(service)Service" }

    private var words: [Substring] { text.split { $0 == "-" || $0 == "_" } }
}
