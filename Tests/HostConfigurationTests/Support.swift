@testable import HostConfiguration

func file(_ text: String) -> ConfigurationFile {
    ConfigurationFile(name: "hostconfig.json", bytes: Array(text.utf8))
}

func load(
    _ text: String? = nil,
    environment: [String: String] = [:],
    flags: FlagOverrides = FlagOverrides()
) throws(ConfigurationError) -> HostConfiguration {
    try HostConfiguration.join(text.map(file), environment, flags)
}

/// The mistake that loading tells; `nil` if it finds none.
func mistake(
    in text: String? = nil,
    environment: [String: String] = [:],
    flags: FlagOverrides = FlagOverrides()
) -> ConfigurationError? {
    do {
        _ = try load(text, environment: environment, flags: flags)
        return nil
    } catch {
        return error
    }
}

/// What an operator would read.
func words(
    in text: String? = nil,
    environment: [String: String] = [:],
    flags: FlagOverrides = FlagOverrides()
) -> String {
    mistake(in: text, environment: environment, flags: flags)?.description ?? "no mistake"
}
