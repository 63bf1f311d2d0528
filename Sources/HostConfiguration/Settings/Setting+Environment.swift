extension Setting {
    /// The environment variable, such as `STREAMHOST_LIMITS_MAX_CONCURRENT_STREAMS`: the same name that
    /// swift-configuration's environment provider makes of the path.
    var environmentName: String {
        let words = path.map { key in
            key.reduce(into: "") { name, character in
                if character.isUppercase { name += "_" }
                name += character.uppercased()
            }
        }
        return EnvironmentLayer.prefix + words.joined(separator: "_")
    }
}
