import Testing

@testable import HostConfiguration

@Suite("Layers")
struct LayeringTests {
    /// By name, so that the tests need not import swift-log.
    func level(of configuration: HostConfiguration) -> String {
        "\(configuration.log.level)"
    }

    @Test("With nothing said, the defaults hold")
    func defaults() throws {
        let configuration = try load()
        #expect(configuration == HostConfiguration())
        #expect(configuration.listeners.map(\.address.description) == ["127.0.0.1:50051"])
        #expect(configuration.plugins.isEmpty)
        #expect(configuration.limits.maxReceiveMessageBytes == 4_194_304)
        #expect(level(of: configuration) == "info")
        #expect(configuration.shutdown.drainSeconds == 30)
        #expect(configuration.dataDirectory == "data")
    }

    @Test("An empty object changes nothing")
    func emptyObject() throws {
        #expect(try load("{}") == HostConfiguration())
    }

    @Test("The file sets scalars of each kind")
    func fileScalars() throws {
        let configuration = try load(
            """
            {"$schema": "x", "threads": 3, "log": {"level": "debug", "format": "json"}, "dataDirectory": "/var/lib/x",
             "limits": {"maxConnections": 7}, "shutdown": {"drainSeconds": 0.5}}
            """
        )
        #expect(configuration.threads == 3)
        #expect(level(of: configuration) == "debug")
        #expect(configuration.log.format == .json)
        #expect(configuration.dataDirectory == "/var/lib/x")
        #expect(configuration.limits.maxConnections == 7)
        #expect(configuration.limits.maxConcurrentStreams == 1000)
        #expect(configuration.shutdown.drainSeconds == 0.5)
    }

    @Test("A whole number is a number of seconds too, and 1e3 is a whole number")
    func numbersAreOneType() throws {
        #expect(try load(#"{"shutdown": {"drainSeconds": 10}}"#).shutdown.drainSeconds == 10)
        #expect(try load(#"{"limits": {"maxConnections": 1e3}}"#).limits.maxConnections == 1000)
    }

    @Test("The environment wins over the file, and flags win over the environment")
    func precedence() throws {
        let text = #"{"log": {"level": "error", "format": "json"}, "threads": 1}"#
        let environment = ["STREAMHOST_LOG_LEVEL": "debug", "STREAMHOST_THREADS": "2"]
        let flags = FlagOverrides(logLevel: "trace")
        #expect(try level(of: load(text)) == "error")
        #expect(try level(of: load(text, environment: environment)) == "debug")
        let all = try load(text, environment: environment, flags: flags)
        #expect(level(of: all) == "trace")
        #expect(all.log.format == .json)
        #expect(all.threads == 2)
    }

    @Test("Each setting's variable reaches its property", arguments: Setting.all.map(\.environmentName))
    func eachVariable(name: String) throws {
        let setting = try #require(Setting.all.first { $0.environmentName == name })
        let value =
            switch setting.kind {
            case .integer(_, let range): "\(range.upperBound - 1)"
            case .number(_, let range): "\(range.upperBound / 2)"
            case .bool(let field): HostConfiguration()[keyPath: field] ? "false" : "true"
            case .choice(let choice): try #require(choice.words.last)
            case .text: "elsewhere"
            case .address: "127.0.0.1:1"
            }
        let configuration = try load(environment: [name: value])
        #expect(configuration != HostConfiguration())
        #expect(try setting.content(in: configuration) == setting.check(value))
    }

    @Test("Variable names are the ones that the documentation promises")
    func variableNames() {
        let names = Setting.all.map(\.environmentName)
        #expect(names.contains("STREAMHOST_LIMITS_MAX_CONCURRENT_STREAMS"))
        #expect(names.contains("STREAMHOST_SHUTDOWN_DRAIN_SECONDS"))
        #expect(names.contains("STREAMHOST_DATA_DIRECTORY"))
        #expect(names.contains("STREAMHOST_THREADS"))
        #expect(Set(names).count == Setting.all.count)
    }

    @Test("--watch goes over the layers below; without it they count")
    func watch() throws {
        let off = ["STREAMHOST_WATCH": "false"]
        #expect(try load(#"{"watch": true}"#).watch)
        #expect(try !load(#"{"watch": true}"#, environment: off).watch)
        #expect(try load(environment: off, flags: FlagOverrides(watch: true)).watch)
        #expect(try load(environment: ["STREAMHOST_WATCH": "true"]).watch)
    }

    @Test("A mistake in the file comes out even where the environment overrides it")
    func overriddenMistake() {
        let error = mistake(in: #"{"threads": "x"}"#, environment: ["STREAMHOST_THREADS": "2"])
        #expect(error?.code == .wrongType)
    }

    @Test("Only flags, without a file, load libraries and listen")
    func flagsAlone() throws {
        let flags = FlagOverrides(load: ["plugins/libchat.so"], listen: [":0", "unix:a.sock"], logFormat: "json")
        let configuration = try load(flags: flags)
        #expect(configuration.plugins == [.init(path: "plugins/libchat.so")])
        #expect(configuration.listeners.map(\.address) == [.allInterfaces(port: 0), .unix(path: "a.sock")])
        #expect(configuration.log.format == .json)
    }
}
