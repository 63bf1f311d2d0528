import Configuration

/// What the environment says: over the file, under the flags.
struct EnvironmentLayer {
    static let prefix = "STREAMHOST_"
    static let listenName = prefix + "LISTEN"
    static let loadName = prefix + "LOAD"

    var provider: KeyMappingProvider<EnvironmentVariablesProvider>
    var listeners: [HostConfiguration.Listener]?
    var libraries: [String] = []

    init(_ environment: [String: String]) throws(ConfigurationError) {
        let settings = Dictionary(Setting.all.map { ($0.environmentName, $0) }) { $1 }
        let own = environment.filter {
            $0.key.hasPrefix(Self.prefix) && !ServiceLink.isVariable($0.key, value: $0.value)
        }

        // In the order of names, so that of two mistakes the same one is told each time.
        for (name, value) in own.sorted(by: { $0.key < $1.key }) {
            if name == Self.listenName {
                listeners = try TextList.listeners(try Self.list(value, of: name), at: .environment(name))
            } else if name == Self.loadName {
                libraries = try TextList.libraries(try Self.list(value, of: name), at: .environment(name))
            } else if let setting = settings[name] {
                try Self.check(value, for: setting)
            } else {
                throw Self.unknown(name, known: settings.keys + [Self.listenName, Self.loadName])
            }
        }
        // The provider asks for `limits.maxConnections` as LIMITS_MAX_CONNECTIONS; the prefix is the first word before.
        provider = EnvironmentVariablesProvider(environmentVariables: own).prefixKeys(with: "streamhost")
    }

    private static func check(_ value: String, for setting: Setting) throws(ConfigurationError) {
        do {
            try setting.check(value)
        } catch {
            let location = ConfigurationError.Location.environment(setting.environmentName)
            throw ConfigurationError(code: error.code, message: error.message, location: location)
        }
    }

    private static func list(_ value: String, of name: String) throws(ConfigurationError) -> [String] {
        let entries = value.split(separator: ",", omittingEmptySubsequences: false).map { entry in
            String(entry.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        guard !entries.contains("") else {
            let found = value.isEmpty ? "an empty value" : "\(Excerpt.quoted(value)), where an entry is empty"
            throw ConfigurationError(
                code: .invalidValue,
                message:
                    "found \(found), wanted entries with commas between them; unset the variable if there are none",
                location: .environment(name)
            )
        }
        return entries
    }

    private static func unknown(_ name: String, known: [String]) -> ConfigurationError {
        ConfigurationError(
            code: .unknownVariable,
            message: "no such setting.\(Suggestion.question(about: name, among: known)) All variables that start with"
                + " \(prefix) are the host's; docs/configuration.md lists them. Correct it or unset it",
            location: .environment(name)
        )
    }
}
