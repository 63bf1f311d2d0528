import Testing

@testable import HostConfiguration

/// Code, schema, sample file and documentation tell the same.
@Suite("Schema, sample and documentation")
struct SchemaTests {
    /// The top of the repository: three steps up from this file.
    static let top = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/"

    func text(_ name: String) throws -> String {
        String(decoding: try ConfigurationFile.contents(of: Self.top + name).bytes, as: UTF8.self)
    }

    func schema() throws -> JSONValue {
        try JSONParser.parse(ConfigurationFile.contents(of: Self.top + "hostconfig.schema.json")).value
    }

    @Test("The schema and the code know the same keys")
    func keys() throws {
        let schema = try schema()
        #expect(Set(schema["properties"].keys) == Set(FileLayer.topKeys))
        #expect(Set(schema["properties"]["listeners"]["items"]["properties"].keys) == Set(FileWalker.listenerKeys))
        #expect(Set(schema["properties"]["plugins"]["items"]["properties"].keys) == Set(FileWalker.pluginKeys))
        #expect(
            Set(schema["properties"]["pluginFolders"]["items"]["properties"].keys) == Set(FileWalker.pluginFolderKeys)
        )
        #expect(Set(schema["properties"]["callLimits"]["items"]["properties"].keys) == Set(FileWalker.callLimitKeys))
        for group in Set(Setting.all.filter { $0.path.count == 2 }.map { $0.path[0] }) {
            var known = Setting.all.filter { $0.path[0] == group }.map { $0.path[1] }
            if group == "compression" { known.append("methods") }
            #expect(Set(schema["properties"][group]["properties"].keys) == Set(known))
        }
    }

    @Test("The schema knows the keys and the words of a listener's TLS")
    func tls() throws {
        let entry = try schema()["properties"]["listeners"]["items"]["properties"]["tls"]["properties"]
        #expect(Set(entry.keys) == Set(FileWalker.tlsKeys))
        let authentication = HostConfiguration.TLS.ClientAuthentication.allCases.map { JSONValue.string($0.rawValue) }
        #expect(entry["clientAuth"]["enum"] == .array(authentication))
        #expect(entry["minVersion"]["enum"] == .array(HostConfiguration.TLS.MinimumVersion.allCases.map { .string($0.rawValue) }))
    }

    @Test("The schema knows the keys of a method's compression")
    func compressionMethods() throws {
        let entry = try schema()["properties"]["compression"]["properties"]["methods"]["additionalProperties"]
        #expect(Set(entry["properties"].keys) == Set(FileWalker.compressionMethodKeys))
    }

    @Test("The schema has each setting's type, bounds and default", arguments: Setting.all.map(\.path))
    func settings(path: [String]) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        let entry = try path.reduce(schema()) { $0["properties"][$1] }
        let defaults = HostConfiguration()
        switch setting.kind {
        case .integer(let field, let range):
            #expect(entry["type"] == "integer")
            #expect(entry["minimum"] == .integer(range.lowerBound))
            #expect(entry["maximum"] == .integer(range.upperBound))
            #expect(entry["default"] == .integer(defaults[keyPath: field]))
        case .number(let field, let range):
            #expect(entry["type"] == "number")
            #expect(entry["minimum"].double == range.lowerBound)
            #expect(entry["maximum"].double == range.upperBound)
            #expect(entry["default"].double == defaults[keyPath: field])
        case .bool(let field):
            #expect(entry["type"] == "boolean")
            #expect(entry["default"] == .bool(defaults[keyPath: field]))
        case .choice(let choice):
            #expect(entry["type"] == "string")
            #expect(entry["enum"] == .array(choice.words.map(JSONValue.string)))
            #expect(entry["default"] == .string(choice.get(defaults)))
        case .text(let field):
            #expect(entry["type"] == "string")
            #expect(entry["minLength"] == 1)
            #expect(entry["default"] == .string(defaults[keyPath: field]))
        case .address(let field):
            #expect(entry["type"] == "string")
            #expect(entry["default"] == .string(defaults[keyPath: field]))
        }
    }

    @Test("The schema's default listener is the code's")
    func defaultListener() throws {
        let listeners = HostConfiguration().listeners.map { ["address": .string($0.address.description)] as JSONValue }
        #expect(try schema()["properties"]["listeners"]["default"] == .array(listeners))
    }

    @Test("Each key has a description, and only a plugin's own settings may hold unknown keys")
    func descriptions() throws {
        func check(_ entry: JSONValue, at path: String) {
            guard case .string(let description) = entry["description"], !description.isEmpty else {
                Issue.record("\(path) has no description")
                return
            }
            if case .object = entry["additionalProperties"] {
                // Names of the operator's choice, and what may stand under each.
                check(entry["additionalProperties"], at: path + ".*")
            } else if entry["type"] == "object", !path.hasSuffix(".config") {
                #expect(entry["additionalProperties"] == false, "\(path)")
            }
            for key in entry["properties"].keys { check(entry["properties"][key], at: path + "." + key) }
            if entry["items"] != .null { check(entry["items"], at: path + "[]") }
        }
        check(try schema(), at: "$")
    }

    @Test(
        "The schema and the code take the same plugin names",
        arguments: ["chat", "a.b_c-1", "9", "", ".", "..", "-a", "a/b", "é"]
    )
    func pluginNames(name: String) throws {
        let entry = try schema()["properties"]["plugins"]["items"]["properties"]["name"]
        guard case .string(let pattern) = entry["pattern"] else {
            Issue.record("no pattern")
            return
        }
        let taken = try Regex(pattern).wholeMatch(in: name) != nil
        #expect(HostConfiguration.Plugin.isValidName(name) == taken)
        #expect(!HostConfiguration.Plugin.isValidName(String(repeating: "a", count: 65)))
    }

    @Test(
        "The schema takes each address that the code takes, and not a port alone",
        arguments: ["127.0.0.1:1", "[::1]:65535", "localhost:0", ":50051", "unix:/run/x.sock", "unix:x"]
    )
    func addresses(address: String) throws {
        let entry = try schema()["properties"]["listeners"]["items"]["properties"]["address"]
        guard case .string(let pattern) = entry["pattern"] else {
            Issue.record("no pattern")
            return
        }
        #expect(throws: Never.self) { try ListenAddress.parse(address) }
        #expect(try Regex(pattern).wholeMatch(in: address) != nil)
        #expect(try Regex(pattern).wholeMatch(in: "50051") == nil)
    }

    @Test("hostconfig.json holds the defaults and the three services")
    func sample() throws {
        let configuration = try HostConfiguration.load(file: Self.top + "hostconfig.json", environment: [:])
        var wanted = HostConfiguration()
        wanted.plugins = [
            .init(path: "plugins/libstock.so"),
            .init(path: "plugins/libfile.so", config: ["maxFileBytes": 52_428_800]),
            .init(path: "plugins/libchat.so", config: ["historyMessages": 1000, "heartbeatSeconds": 30]),
        ]
        #expect(configuration == wanted)
    }

    @Test("hostconfig.json spells out each key that it can")
    func sampleIsWhole() throws {
        let sample = try JSONParser.parse(ConfigurationFile.contents(of: Self.top + "hostconfig.json")).value
        #expect(Set(sample.keys) == Set(FileLayer.topKeys))
        for setting in Setting.all {
            #expect(setting.path.reduce(sample) { $0[$1] } != .null, "\(setting.jsonPath)")
        }
    }

    @Test("The documentation's table has each setting with its variable, its range and its default")
    func documentation() throws {
        let lines = try text("docs/configuration.md").split(separator: "\n")
        let defaults = HostConfiguration()
        for setting in Setting.all {
            let row = "| `\(setting.path.joined(separator: "."))` | `\(setting.environmentName)` |"
            let line = try #require(lines.first { $0.hasPrefix(row) }, "no row for \(setting.jsonPath)")
            let range =
                switch setting.kind {
                case .integer(_, let range): "\(range.lowerBound) to \(range.upperBound)"
                case .number(_, let range): "\(Setting.plain(range.lowerBound)) to \(Setting.plain(range.upperBound))"
                case .bool: "true or false"
                case .choice(let choice): choice.words.joined(separator: ", ")
                case .text: "a path"
                case .address: "an address"
                }
            let value =
                switch setting.kind {
                case .integer(let field, _): "\(defaults[keyPath: field])"
                case .number(let field, _): Setting.plain(defaults[keyPath: field])
                case .bool(let field): "\(defaults[keyPath: field])"
                case .choice(let choice): choice.get(defaults)
                case .text(let field), .address(let field): defaults[keyPath: field]
                }
            let cells = line.split(separator: "|").map(String.init)
            try #require(cells.count == 5)
            #expect(cells[3].hasPrefix(" " + range), "\(line)")
            #expect(cells[4].hasPrefix(" " + value), "\(line)")
        }
    }
}

extension JSONValue {
    /// The member, or null.
    fileprivate subscript(key: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members[key] ?? .null
    }

    fileprivate var keys: [String] {
        guard case .object(let members) = self else { return [] }
        return members.keys.sorted()
    }

    fileprivate var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
