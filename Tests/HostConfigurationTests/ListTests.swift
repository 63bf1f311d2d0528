import Testing

@testable import HostConfiguration

@Suite("Listeners and plugins")
struct ListTests {
    static let listeners = #"{"listeners": [{"address": "127.0.0.1:1"}, {"address": "[::1]:1"}]}"#
    static let plugins = """
        {"plugins": [{"library": "plugins/libchat.so", "name": "talk", "config": {"b": [1, 2.5], "a": {"c": null}}},
                     {"library": "plugins/libfile.so"}]}
        """

    func addresses(_ text: String?, _ environment: [String: String], _ flags: [String]) throws -> [String] {
        try load(text, environment: environment, flags: FlagOverrides(listen: flags)).listeners.map(
            \.address.description
        )
    }

    @Test("Listeners of a higher layer replace those of a lower one")
    func listenersReplace() throws {
        let environment = ["STREAMHOST_LISTEN": "127.0.0.1:2, unix:/tmp/x"]
        #expect(try addresses(Self.listeners, [:], []) == ["127.0.0.1:1", "[::1]:1"])
        #expect(try addresses(Self.listeners, environment, []) == ["127.0.0.1:2", "unix:/tmp/x"])
        #expect(try addresses(Self.listeners, environment, [":3"]) == [":3"])
    }

    @Test("Plugins come with name and configuration, in order")
    func pluginsOfFile() throws {
        let plugins = try load(Self.plugins).plugins
        #expect(
            plugins == [
                .init(path: "plugins/libchat.so", name: "talk", config: ["a": ["c": .null], "b": [1, 2.5]]),
                .init(path: "plugins/libfile.so"),
            ]
        )
        #expect(plugins.last?.config.serialized == Array("{}".utf8))
    }

    @Test("Plugins and folders say whether they are watched")
    func watched() throws {
        let configuration = try load(
            """
            {"plugins": [{"library": "a.so", "watch": true}, {"library": "b.so", "watch": false}],
             "pluginFolders": [{"folder": "plugins", "watch": true}, {"folder": "/opt/plugins"}]}
            """
        )
        #expect(configuration.plugins == [.init(path: "a.so", watch: true), .init(path: "b.so")])
        #expect(configuration.pluginFolders == [.init(path: "plugins", watch: true), .init(path: "/opt/plugins")])
    }

    @Test("Loaded libraries add to the file's, and one that is there already isn't doubled")
    func pluginsAdd() throws {
        let configuration = try load(
            Self.plugins,
            environment: ["STREAMHOST_LOAD": "a.so , ./plugins/libchat.so"],
            flags: FlagOverrides(load: ["b.so", "a.so", "plugins//libfile.so"])
        )
        #expect(configuration.plugins.map(\.path) == ["plugins/libchat.so", "plugins/libfile.so", "a.so", "b.so"])
        #expect(configuration.plugins.first?.name == "talk")
    }

    @Test("An absolute and a relative path are two libraries")
    func absolutePath() throws {
        let configuration = try load(flags: FlagOverrides(load: ["/a.so", "a.so", "../a.so"]))
        #expect(configuration.plugins.count == 3)
    }

    @Test("The mode of a Unix socket is octal, with or without a 0 in front", arguments: ["0660", "660"])
    func mode(text: String) throws {
        let configuration = try load(#"{"listeners": [{"address": "unix:a", "mode": "\#(text)"}, {"address": "unix:b"}]}"#)
        #expect(configuration.listeners.map(\.mode) == [0o660, nil])
    }

    @Test("A listener has limits of its own, and none by default")
    func listenerLimits() throws {
        let text = #"{"listeners": [{"address": ":1", "maxConnections": 5, "maxConnectionsPerSecond": 2}, {"address": ":2"}]}"#
        let listeners = try load(text).listeners
        #expect(listeners.map(\.maxConnections) == [5, 0] && listeners.map(\.maxConnectionsPerSecond) == [2, 0])
    }

    @Test("A listener's TLS has its files, and defaults for the rest")
    func tls() throws {
        let file = #""certificate": "c.pem", "key": "k.pem""#
        let text = #"{"listeners": [{"address": ":1", "tls": {\#(file)}}, {"address": ":2", "tls": {\#(file), "clientCA": "a.pem","#
        let rest = #" "clientAuth": "optional", "minVersion": "1.3"}}, {"address": ":3"}]}"#
        var mutual = HostConfiguration.TLS(certificate: "c.pem", key: "k.pem")
        mutual.clientCA = "a.pem"
        mutual.clientAuthentication = .optional
        mutual.minimumVersion = .tls13
        #expect(try load(text + rest).listeners.map(\.tls) == [.init(certificate: "c.pem", key: "k.pem"), mutual, nil])
        #expect(HostConfiguration.TLS(certificate: "", key: "").clientAuthentication == .required)
    }

    @Test("One port twice is a mistake, port 0 twice is not")
    func portZero() throws {
        #expect(try load(flags: FlagOverrides(listen: ["127.0.0.1:0", "127.0.0.1:0"])).listeners.count == 2)
        let error = mistake(flags: FlagOverrides(listen: ["[::1]:5", "[0:0:0:0:0:0:0:1]:5"]))
        #expect(error?.code == .duplicate)
        #expect(error?.location == .flag("--listen"))
    }

    @Test(
        "A list that can't be used is refused with place and words",
        arguments: [
            (
                #"{"listeners": [{"address": ":1"}, {"address": ":1"}]}"#,
                "hostconfig.json:1:35: $.listeners[1]: :1 is $.listeners[0] already; remove one of them"
            ),
            (
                #"{"listeners": []}"#,
                "hostconfig.json:1:15: $.listeners: found an empty array, wanted at least one listener; leave the key"
                    + " out for the default"
            ),
            (
                #"{"listeners": [{}]}"#,
                #"hostconfig.json:1:16: $.listeners[0]: the key address is missing, such as "address":"#
                    + #" "127.0.0.1:50051""#
            ),
            (
                #"{"listeners": [":1"]}"#,
                #"hostconfig.json:1:16: $.listeners[0]: found ":1" (a string), wanted an object with the keys"#
                    + " address, mode, tls, maxConnections, maxConnectionsPerSecond"
            ),
            (
                #"{"listeners": [{"address": "50051"}]}"#,
                #"hostconfig.json:1:28: $.listeners[0].address: found "50051", which is no address to listen on: a port"#
                    + " alone doesn't say who may connect: write 127.0.0.1:50051 for this machine, or :50051 for all"
                    + " interfaces"
            ),
            (
                #"{"listeners": [{"address": "unix:a", "mode": "0668"}]}"#,
                #"hostconfig.json:1:46: $.listeners[0].mode: found "0668" (a string), wanted three octal digits in a string,"#
                    + #" such as "0660""#
            ),
            (
                #"{"listeners": [{"address": "unix:a", "mode": 660}]}"#,
                "hostconfig.json:1:46: $.listeners[0].mode: found 660, wanted three octal digits in a string,"
                    + #" such as "0660""#
            ),
            (
                #"{"listeners": [{"address": ":1", "mode": "0660"}]}"#,
                "hostconfig.json:1:42: $.listeners[0].mode: :1 is no Unix socket, and only its file has a mode; remove the key"
            ),
            (
                #"{"listeners": [{"address": ":1", "maxConnections": -1}]}"#,
                "hostconfig.json:1:52: $.listeners[0].maxConnections: found -1, wanted a whole number from 0 to 2147483647; 0 is any number"
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": true}]}"#,
                "hostconfig.json:1:41: $.listeners[0].tls: found true (a boolean), wanted an object with the keys certificate, key,"
                    + " clientCA, clientAuth, minVersion"
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": {"key": "k"}}]}"#,
                #"hostconfig.json:1:41: $.listeners[0].tls: the key certificate is missing, such as "certificate": "server.pem""#
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": {"certificate": "c"}}]}"#,
                #"hostconfig.json:1:41: $.listeners[0].tls: the key key is missing, such as "key": "server.key""#
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": {"certificate": "c", "key": ""}}]}"#,
                #"hostconfig.json:1:69: $.listeners[0].tls.key: found an empty string, wanted a PEM file's path, such as "server.key""#
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": {"certificate": "c", "key": "k", "clientAuth": "optional"}}]}"#,
                #"hostconfig.json:1:88: $.listeners[0].tls.clientAuth: there is no clientCA to know clients by; add it, or"#
                    + " remove this key"
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": {"certificate": "c", "key": "k", "clientCA": "a", "clientAuth": "maybe"}}]}"#,
                #"hostconfig.json:1:105: $.listeners[0].tls.clientAuth: found "maybe" (a string), wanted "required" or "optional""#
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": {"certificate": "c", "key": "k", "minVersion": 1.2}}]}"#,
                #"hostconfig.json:1:88: $.listeners[0].tls.minVersion: found 1.2, wanted "1.2" or "1.3""#
            ),
            (
                #"{"listeners": [{"address": ":1", "tls": {"certificate": "c", "key": "k", "cert": "k"}}]}"#,
                #"hostconfig.json:1:74: $.listeners[0].tls.cert: no such key. Known here: certificate, key, clientCA, clientAuth,"#
                    + " minVersion"
            ),
            (
                #"{"plugins": {}}"#,
                "hostconfig.json:1:13: $.plugins: found an object, wanted an array of plugins"
            ),
            (
                #"{"plugins": [{"config": {}}]}"#,
                #"hostconfig.json:1:14: $.plugins[0]: the key library is missing, such as "library":"#
                    + #" "plugins/libchat.so""#
            ),
            (
                #"{"plugins": [{"library": ""}]}"#,
                "hostconfig.json:1:26: $.plugins[0].library: found an empty string, wanted a shared library's path,"
                    + #" such as "plugins/libchat.so""#
            ),
            (
                #"{"plugins": [{"library": "a\u0000b"}]}"#,
                #"hostconfig.json:1:26: $.plugins[0].library: found "a\u{0}b" (a string), wanted a shared library's"#
                    + #" path, such as "plugins/libchat.so""#
            ),
            (
                #"{"plugins": [{"library": "a.so", "config": []}]}"#,
                "hostconfig.json:1:44: $.plugins[0].config: found an array, wanted an object with the plugin's own"
                    + " settings"
            ),
            (
                #"{"plugins": [{"library": "a.so"}, {"library": "./a.so"}]}"#,
                #"hostconfig.json:1:35: $.plugins[1]: the library "./a.so" is $.plugins[0]'s already; remove or change"#
                    + " one of them"
            ),
            (
                #"{"plugins": [{"library": "a.so", "name": "x"}, {"library": "b.so", "name": "x"}]}"#,
                #"hostconfig.json:1:48: $.plugins[1]: the name "x" is $.plugins[0]'s already; remove or change one of them"#
            ),
            (
                #"{"plugins": [{"library": "a.so", "name": "../x"}]}"#,
                #"hostconfig.json:1:42: $.plugins[0].name: found "../x" (a string), wanted a name of 1 to 64 letters,"#
                    + " digits, dots, underscores and hyphens that starts with a letter or digit"
            ),
            (
                #"{"plugins": [{"path": "a.so"}]}"#,
                "hostconfig.json:1:15: $.plugins[0].path: no such key. Known here: library, name, config, watch"
            ),
            (
                #"{"plugins": [{"library": "a.so", "watch": "yes"}]}"#,
                #"hostconfig.json:1:43: $.plugins[0].watch: found "yes" (a string), wanted true or false"#
            ),
            (
                #"{"pluginFolders": "plugins"}"#,
                #"hostconfig.json:1:19: $.pluginFolders: found "plugins" (a string), wanted an array of folders"#
            ),
            (
                #"{"pluginFolders": ["plugins"]}"#,
                #"hostconfig.json:1:20: $.pluginFolders[0]: found "plugins" (a string), wanted an object with the keys"#
                    + " folder, watch"
            ),
            (
                #"{"pluginFolders": [{"watch": true}]}"#,
                #"hostconfig.json:1:20: $.pluginFolders[0]: the key folder is missing, such as "folder": "plugins""#
            ),
            (
                #"{"pluginFolders": [{"folder": ""}]}"#,
                "hostconfig.json:1:31: $.pluginFolders[0].folder: found an empty string, wanted a folder's path, such as"
                    + #" "plugins""#
            ),
            (
                #"{"pluginFolders": [{"folder": "p", "watch": null}]}"#,
                "hostconfig.json:1:45: $.pluginFolders[0].watch: found null, wanted true or false"
            ),
            (
                #"{"pluginFolders": [{"folder": "p"}, {"folder": "./p/"}]}"#,
                #"hostconfig.json:1:37: $.pluginFolders[1]: the folder "./p/" is $.pluginFolders[0]'s already; remove one"#
                    + " of them"
            ),
            (
                #"{"pluginFolders": [{"path": "p"}]}"#,
                "hostconfig.json:1:21: $.pluginFolders[0].path: no such key. Known here: folder, watch"
            ),
        ]
    )
    func refused(text: String, wanted: String) {
        #expect(words(in: text) == wanted)
    }

    @Test("A flag with an empty library is refused")
    func emptyLibrary() {
        #expect(
            words(flags: FlagOverrides(load: [""]))
                == "--load: found an empty path, wanted a shared library's path, such as plugins/libchat.so"
        )
    }
}
