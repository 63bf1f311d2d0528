import Testing

@testable import HostConfiguration

@Suite("Mistakes in the file")
struct FileMistakeTests {
    @Test(
        "A wrong key or value is told with line, column, path, what was found and what was wanted",
        arguments: [
            (
                "{\n  \"limits\": {\n    \"maxConcurrentStreams\": \"many\"\n  }\n}",
                #"hostconfig.json:3:29: $.limits.maxConcurrentStreams: found "many" (a string), wanted a whole number from"#
                    + " 1 to 2147483647"
            ),
            (
                #"{"limits": {"maxConcurentStreams": 1}}"#,
                #"hostconfig.json:1:13: $.limits.maxConcurentStreams: no such key. Did you mean "maxConcurrentStreams"?"#
                    + " Known here: maxConcurrentStreams, maxReceiveMessageBytes, maxSendMessageBytes, maxHeaderListBytes,"
                    + " maxHeaderFields, streamWindowBytes, connectionWindowBytes, maxStreamWindowBytes,"
                    + " maxConnectionWindowBytes, windowBudgetBytes, maxConnections, maxConnectionsPerAddress, maxCalls,"
                    + " maxConnectionsPerSecond, maxConnectionsPerSecondPerAddress, maxCallsPerSecond,"
                    + " maxCallsPerSecondPerConnection, maxHeldBytes, maxControlFramesPerSecond, maxResetsPerSecond,"
                    + " handshakeSeconds, headerSeconds, idleSeconds, stalledWriteSeconds, keepaliveSeconds,"
                    + " keepaliveTimeoutSeconds, minPingSeconds, permitPingsWithoutCalls, connectionAgeSeconds,"
                    + " connectionGraceSeconds, sendBufferBytes"
            ),
            (
                #"{"listener": []}"#,
                #"hostconfig.json:1:2: $.listener: no such key. Did you mean "listeners"? Known here: $schema, listeners,"#
                    + " plugins, pluginFolders, callLimits, watch, limits, compression, threads, log, accessLog, metrics, reload, shutdown, admin, dataDirectory"
            ),
            (
                #"{"threads": true}"#,
                "hostconfig.json:1:13: $.threads: found true (a boolean), wanted a whole number from 0 to 1024"
            ),
            (
                #"{"threads": 1.5}"#,
                "hostconfig.json:1:13: $.threads: found 1.5, wanted a whole number from 0 to 1024"
            ),
            (
                #"{"threads": -1}"#,
                "hostconfig.json:1:13: $.threads: found -1, wanted a whole number from 0 to 1024"
            ),
            (
                #"{"threads": null}"#,
                "hostconfig.json:1:13: $.threads: found null, wanted a whole number from 0 to 1024"
            ),
            (
                #"{"threads": 1e300}"#,
                "hostconfig.json:1:13: $.threads: found 1e+300, wanted a whole number from 0 to 1024"
            ),
            (
                #"{"shutdown": {"drainSeconds": false}}"#,
                "hostconfig.json:1:31: $.shutdown.drainSeconds: found false (a boolean), wanted a number from 0 to 86400"
            ),
            (
                #"{"shutdown": {"drainSeconds": -0.1}}"#,
                "hostconfig.json:1:31: $.shutdown.drainSeconds: found -0.1, wanted a number from 0 to 86400"
            ),
            (
                #"{"shutdown": 30}"#,
                "hostconfig.json:1:14: $.shutdown: found 30, wanted an object with the key drainSeconds"
            ),
            (
                #"{"reload": {"yieldSeconds": 0}}"#,
                "hostconfig.json:1:29: $.reload.yieldSeconds: found 0, wanted a number from 0.001 to 60"
            ),
            (
                #"{"reload": {"settleSeconds": "1s"}}"#,
                #"hostconfig.json:1:30: $.reload.settleSeconds: found "1s" (a string), wanted a number from 0.01 to 60"#
            ),
            (
                #"{"reload": {"maxGenerations": 1}}"#,
                "hostconfig.json:1:31: $.reload.maxGenerations: found 1, wanted a whole number from 3 to 1000"
            ),
            (
                #"{"watch": "true"}"#,
                #"hostconfig.json:1:11: $.watch: found "true" (a string), wanted true or false"#
            ),
            (
                #"{"watch": 1}"#,
                "hostconfig.json:1:11: $.watch: found 1, wanted true or false"
            ),
            (
                #"{"admin": {"socket": ""}}"#,
                "hostconfig.json:1:22: $.admin.socket: found an empty string, wanted a string that isn't empty"
            ),
            (
                #"{"admin": "off"}"#,
                #"hostconfig.json:1:11: $.admin: found "off" (a string), wanted an object with the key socket"#
            ),
            (
                #"{"log": {"level": "INFO"}}"#,
                #"hostconfig.json:1:19: $.log.level: found "INFO" (a string), wanted one of trace, debug, info, notice,"#
                    + #" warning, error, critical. Did you mean "info"?"#
            ),
            (
                #"{"log": {"format": {}}}"#,
                "hostconfig.json:1:20: $.log.format: found an object, wanted one of text, json"
            ),
            (
                #"{"dataDirectory": ""}"#,
                "hostconfig.json:1:19: $.dataDirectory: found an empty string, wanted a string that isn't empty"
            ),
            (
                #"{"$schema": 1}"#,
                #"hostconfig.json:1:13: $["$schema"]: found 1, wanted a string, the schema's address"#
            ),
            (
                "[]",
                "hostconfig.json:1:1: $: found an array, wanted an object with the keys $schema, listeners, plugins,"
                    + " pluginFolders, callLimits, watch, limits, compression, threads, log, accessLog, metrics, reload, shutdown, admin, dataDirectory"
            ),
            (
                #"{"a key\n": 1}"#,
                #"hostconfig.json:1:2: $["a key\n"]: no such key. Known here: $schema, listeners, plugins,"#
                    + " pluginFolders, callLimits, watch, limits, compression, threads, log, accessLog, metrics, reload, shutdown, admin, dataDirectory"
            ),
        ]
    )
    func told(text: String, wanted: String) {
        #expect(words(in: text) == wanted)
    }

    @Test("Codes tell programs what kind of mistake it is")
    func codes() {
        #expect(mistake(in: #"{"thread": 1}"#)?.code == .unknownKey)
        #expect(mistake(in: #"{"threads": "1"}"#)?.code == .wrongType)
        #expect(mistake(in: #"{"threads": 1025}"#)?.code == .outOfRange)
        #expect(mistake(in: #"{"log": {"level": "loud"}}"#)?.code == .invalidValue)
        #expect(mistake(in: #"{"threads": 1, "threads": 1}"#)?.code == .duplicate)
        #expect(mistake(in: "{")?.code == .syntax)
    }

    @Test("Bounds are inclusive")
    func bounds() throws {
        #expect(try load(#"{"threads": 1024}"#).threads == 1024)
        #expect(try load(#"{"limits": {"connectionWindowBytes": 65535}}"#).limits.connectionWindowBytes == 65535)
        #expect(mistake(in: #"{"limits": {"connectionWindowBytes": 65534}}"#)?.code == .outOfRange)
        #expect(mistake(in: #"{"limits": {"maxConnections": 2147483648}}"#)?.code == .outOfRange)
    }

    @Test("A long or hostile value is cut and escaped")
    func hostileValue() throws {
        let long = words(in: #"{"log": {"level": "\#(String(repeating: "x", count: 100_000))"}}"#)
        #expect(long.utf8.count < 300)
        let escape = words(in: #"{"log": {"level": "\u001b[2J\u202e"}}"#)
        #expect(escape.contains(#""\u{1b}[2J\u{202e}""#))
    }

    @Test("No single changed byte crashes the loading, and a broken file always has a place")
    func changedBytes() {
        let whole = Array(
            #"{"listeners":[{"address":"[::1]:5"}],"plugins":[{"library":"a","config":{"n":1}}],"threads":2}"#.utf8
        )
        for index in whole.indices {
            for byte in Array("\"\\{}[]:,-.019eEunt% \n\0".utf8) + [0x80, 0xFF] {
                var changed = whole
                changed[index] = byte
                do {
                    let file = ConfigurationFile(name: "f", bytes: changed)
                    _ = try HostConfiguration.join(file, [:], FlagOverrides())
                } catch {
                    #expect(error.description.hasPrefix("f:"))
                    #expect(error.code != .bug)
                }
            }
        }
    }
}
