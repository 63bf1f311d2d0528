import Testing

@testable import HostConfiguration

@Suite("Compression")
struct CompressionSettingsTests {
    @Test("Methods and services may have settings of their own")
    func methods() throws {
        let compression = try load(
            """
            {"compression": {"encoding": "gzip", "minBytes": 0,
                             "methods": {"a.B": {"encoding": "deflate", "level": 1}, "a.B/C": {"encoding": "none", "minBytes": 7}, "d.E": {}}}}
            """
        ).compression
        #expect(compression.encoding == .gzip && compression.level == 6 && compression.minBytes == 0)
        #expect(
            compression.methods == [
                .init(name: "a.B", encoding: .deflate, level: 1),
                .init(name: "a.B/C", encoding: HostConfiguration.Compression.Encoding.none, minBytes: 7),
                .init(name: "d.E"),
            ]
        )
    }

    @Test("Nothing is compressed by default")
    func nothing() throws {
        #expect(try load(nil).compression == HostConfiguration.Compression())
        #expect(HostConfiguration.Compression().encoding == .none)
    }

    @Test("The environment goes over the file for what holds for all")
    func environment() throws {
        let text = #"{"compression": {"encoding": "gzip", "methods": {"a.B": {"level": 9}}}}"#
        let compression = try load(text, environment: ["STREAMHOST_COMPRESSION_ENCODING": "deflate"]).compression
        #expect(compression.encoding == .deflate && compression.methods == [.init(name: "a.B", level: 9)])
    }

    @Test(
        "Mistakes are told with their place",
        arguments: [
            (
                #"{"compression": {"encoding": "brotli"}}"#,
                #"hostconfig.json:1:30: $.compression.encoding: found "brotli" (a string), wanted one of none, gzip, deflate"#
            ),
            (
                #"{"compression": {"methods": ["a.B"]}}"#,
                "hostconfig.json:1:29: $.compression.methods: found an array, wanted an object with names of methods"
            ),
            (
                #"{"compression": {"methods": {"/a.B/C": {}}}}"#,
                #"found "/a.B/C", wanted package.Service/Method or package.Service, without a slash before it"#
            ),
            (
                #"{"compression": {"methods": {"a.B": {"encoding": "none", "levle": 1}}}}"#,
                "no such key. Did you mean \"level\"? Known here: encoding, level, minBytes"
            ),
            (
                #"{"compression": {"methods": {"a.B": {"level": 10}}}}"#,
                "found 10, wanted a whole number from 1 to 9"
            ),
        ]
    )
    func mistakes(text: String, wanted: String) {
        #expect(words(in: text).contains(wanted), "\(words(in: text))")
    }
}
