import Configuration

extension Setting {
    /// Sets the property to what the layers say.
    func read(from reader: ConfigReader, into configuration: inout HostConfiguration) throws(ConfigurationError) {
        // The required methods, not those with a default: these would answer a value that they can't convert with the
        // default. The lowest layer holds all defaults, so a value is always there.
        do {
            let key = ConfigKey(path)
            switch kind {
            case .integer(let field, _): configuration[keyPath: field] = try reader.requiredInt(forKey: key)
            case .number(let field, _): configuration[keyPath: field] = try reader.requiredDouble(forKey: key)
            case .bool(let field): configuration[keyPath: field] = try reader.requiredBool(forKey: key)
            case .choice(let choice): choice.set(&configuration, try reader.requiredString(forKey: key))
            case .text(let field), .address(let field): configuration[keyPath: field] = try reader.requiredString(forKey: key)
            }
        } catch {
            throw ConfigurationError(
                code: .bug,
                message: "a checked value can't be read: \(error). This is a mistake of streamhost's; please report it",
                location: .environment(environmentName)
            )
        }
    }

    func content(in configuration: HostConfiguration) -> ConfigContent {
        switch kind {
        case .integer(let field, _): .int(configuration[keyPath: field])
        case .number(let field, _): .double(configuration[keyPath: field])
        case .bool(let field): .bool(configuration[keyPath: field])
        case .choice(let choice): .string(choice.get(configuration))
        case .text(let field), .address(let field): .string(configuration[keyPath: field])
        }
    }

    /// The defaults as the lowest layer.
    static var defaults: InMemoryProvider {
        let configuration = HostConfiguration()
        return provider("defaults", Setting.all.map { ($0, $0.content(in: configuration)) })
    }

    static func provider(_ name: String, _ values: [(setting: Setting, content: ConfigContent)]) -> InMemoryProvider {
        let pairs = values.map { (AbsoluteConfigKey($0.setting.path), ConfigValue($0.content, isSecret: false)) }
        return InMemoryProvider(name: name, values: Dictionary(pairs) { $1 })
    }
}
