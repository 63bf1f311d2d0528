import Testing

@testable import HostConfiguration

@Suite("The environment")
struct EnvironmentTests {
    @Test(
        "A value that can't be used is an error that names the variable",
        arguments: [
            ("STREAMHOST_THREADS", "many", #"found "many", wanted a whole number from 0 to 1024"#),
            ("STREAMHOST_THREADS", "1.5", #"found "1.5", wanted a whole number from 0 to 1024"#),
            ("STREAMHOST_THREADS", "true", #"found "true", wanted a whole number from 0 to 1024"#),
            ("STREAMHOST_THREADS", " 1", #"found " 1", wanted a whole number from 0 to 1024"#),
            ("STREAMHOST_THREADS", "", "found an empty value, wanted a whole number from 0 to 1024"),
            ("STREAMHOST_THREADS", "99999999999999999999", #"found "99999999999999999999", wanted a whole"#),
            ("STREAMHOST_SHUTDOWN_DRAIN_SECONDS", "nan", #"found "nan", wanted a number from 0 to 86400"#),
            ("STREAMHOST_SHUTDOWN_DRAIN_SECONDS", "inf", #"found "inf", wanted a number from 0 to 86400"#),
            ("STREAMHOST_SHUTDOWN_DRAIN_SECONDS", "30s", #"found "30s", wanted a number from 0 to 86400"#),
            ("STREAMHOST_RELOAD_YIELD_SECONDS", "0", #"found "0", wanted a number from 0.001 to 60"#),
            ("STREAMHOST_WATCH", "yes", #"found "yes", wanted true or false"#),
            ("STREAMHOST_WATCH", "TRUE", #"found "TRUE", wanted true or false"#),
            ("STREAMHOST_WATCH", "", "found an empty value, wanted true or false"),
            ("STREAMHOST_LOG_LEVEL", "warn", #"found "warn", wanted one of trace, debug"#),
            ("STREAMHOST_LOG_FORMAT", "", "found an empty value, wanted one of text, json"),
            ("STREAMHOST_DATA_DIRECTORY", "", "found an empty value, wanted a string that isn't empty"),
            ("STREAMHOST_LISTEN", "", "found an empty value, wanted entries with commas between them; unset"),
            (
                "STREAMHOST_LISTEN", ":1,",
                #"found ":1,", where an entry is empty, wanted entries with commas between them"#
            ),
            ("STREAMHOST_LISTEN", ":1,:1", ":1 is here twice; give each address once"),
            ("STREAMHOST_LISTEN", "50051", #"found "50051", which is no address to listen on: a port alone"#),
            (
                "STREAMHOST_LOAD", "a,,b",
                #"found "a,,b", where an entry is empty, wanted entries with commas between them"#
            ),
        ]
    )
    func malformed(name: String, value: String, wanted: String) {
        #expect(mistake(environment: [name: value])?.location == .environment(name))
        #expect(words(environment: [name: value]).hasPrefix("\(name): "))
        #expect(words(environment: [name: value]).contains(wanted))
    }

    @Test("An unknown variable is an error with the nearest known one")
    func unknown() {
        let error = mistake(environment: ["STREAMHOST_LOGLEVEL": "info"])
        #expect(error?.code == .unknownVariable)
        #expect(
            error?.description
                == #"STREAMHOST_LOGLEVEL: no such setting. Did you mean "STREAMHOST_LOG_LEVEL"? All variables that start"#
                + " with STREAMHOST_ are the host's; docs/configuration.md lists them. Correct it or unset it"
        )
        #expect(mistake(environment: ["STREAMHOST_PORT": "50052"])?.code == .unknownVariable)
        #expect(mistake(environment: ["STREAMHOST_": ""])?.code == .unknownVariable)
    }

    @Test("Variables of others are not read")
    func others() throws {
        let environment = ["PATH": "/bin", "STREAMHOSTILE": "1", "streamhost_threads": "x", "THREADS": "9"]
        #expect(try load(environment: environment) == HostConfiguration())
    }

    @Test("The links that Kubernetes sets for a service named streamhost are not settings")
    func serviceLinks() throws {
        let links = [
            "STREAMHOST_SERVICE_HOST": "10.0.0.11",
            "STREAMHOST_SERVICE_PORT": "50051",
            "STREAMHOST_SERVICE_PORT_GRPC": "50051",
            "STREAMHOST_PORT": "tcp://10.0.0.11:50051",
            "STREAMHOST_PORT_50051_TCP": "tcp://10.0.0.11:50051",
            "STREAMHOST_PORT_50051_TCP_PROTO": "tcp",
            "STREAMHOST_PORT_50051_TCP_PORT": "50051",
            "STREAMHOST_PORT_50051_TCP_ADDR": "10.0.0.11",
            "STREAMHOST_CHAT_PORT_50051_TCP_ADDR": "10.0.0.11",
        ]
        #expect(try load(environment: links) == HostConfiguration())
    }

    @Test("Of two mistakes the same one is told each time")
    func deterministic() {
        let environment = ["STREAMHOST_B": "", "STREAMHOST_A": "", "STREAMHOST_C": ""]
        #expect(mistake(environment: environment)?.location == .environment("STREAMHOST_A"))
    }

    @Test("A flag with a wrong word names the flag")
    func flags() {
        #expect(
            words(flags: FlagOverrides(logLevel: "verbose"))
                == #"--log-level: found "verbose", wanted one of trace, debug, info, notice, warning, error, critical."#
        )
        #expect(
            words(flags: FlagOverrides(logFormat: "jsn"))
                == #"--log-format: found "jsn", wanted one of text, json. Did you mean "json"?"#
        )
    }
}
