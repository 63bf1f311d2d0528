import Configuration

/// What the command line says: the highest layer.
struct FlagLayer {
    var provider: InMemoryProvider
    var listeners: [HostConfiguration.Listener]?
    var libraries: [String]

    init(_ flags: FlagOverrides) throws(ConfigurationError) {
        var values: [(setting: Setting, content: ConfigContent)] = []
        let scalars = [
            ("--log-level", Setting.logLevel, flags.logLevel), ("--log-format", Setting.logFormat, flags.logFormat),
            ("--metrics", Setting.metricsAddress, flags.metrics),
        ]
        for case (let flag, let setting, let value?) in scalars {
            do {
                values.append((setting, try setting.check(value)))
            } catch {
                throw ConfigurationError(code: error.code, message: error.message, location: .flag(flag))
            }
        }
        if flags.watch {
            values.append((Setting.watch, .bool(true)))
        }
        provider = Setting.provider("flags", values)
        listeners = try TextList.listeners(flags.listen, at: .flag("--listen"))
        libraries = try TextList.libraries(flags.load, at: .flag("--load"))
    }
}
