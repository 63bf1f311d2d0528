/// Lists that come as plain texts, from a repeated flag or a variable with commas.
enum TextList {
    /// `nil` if there are none, so that the layer below counts.
    static func listeners(
        _ texts: [String],
        at location: ConfigurationError.Location
    ) throws(ConfigurationError) -> [HostConfiguration.Listener]? {
        var listeners: [HostConfiguration.Listener] = []
        for text in texts {
            let address: ListenAddress
            do {
                address = try ListenAddress.parse(text)
            } catch {
                throw ConfigurationError(code: .invalidValue, message: error.message, location: location)
            }
            guard !listeners.contains(where: { $0.address.collides(with: address) }) else {
                let message = "\(address) is here twice; give each address once"
                throw ConfigurationError(code: .duplicate, message: message, location: location)
            }
            listeners.append(HostConfiguration.Listener(address: address))
        }
        return listeners.isEmpty ? nil : listeners
    }

    static func libraries(
        _ paths: [String],
        at location: ConfigurationError.Location
    ) throws(ConfigurationError) -> [String] {
        for path in paths where path.isEmpty || path.utf8.contains(0) {
            throw ConfigurationError(
                code: .invalidValue,
                message:
                    "found \(path.isEmpty ? "an empty path" : Excerpt.quoted(path)), wanted a shared library's path,"
                    + " such as plugins/libchat.so",
                location: location
            )
        }
        return paths
    }
}
