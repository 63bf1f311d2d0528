import Testing

@testable import HostConfiguration

@Suite("Limits of services and methods")
struct CallLimitTests {
    static let two = """
        {"callLimits": [{"service": "a.B", "maxConcurrent": 5}, {"service": "a.B", "method": "C", "maxPerSecond": 7}]}
        """

    @Test("They come in order, with what they leave out")
    func limits() throws {
        #expect(
            try load(Self.two).callLimits == [
                .init(service: "a.B", maxConcurrent: 5), .init(service: "a.B", method: "C", maxPerSecond: 7),
            ]
        )
        #expect(try load("{}").callLimits.isEmpty)
    }

    @Test(
        "Mistakes are told with their place",
        arguments: [
            (#"{"callLimits": {}}"#, "wanted an array of limits"),
            (#"{"callLimits": [{}]}"#, "the key service is missing"),
            (#"{"callLimits": [{"service": "/a.B/"}]}"#, "wanted a service's full name"),
            (#"{"callLimits": [{"service": "a.B", "method": ""}]}"#, "wanted a method's name"),
            (#"{"callLimits": [{"service": "a.B", "maxPerSecond": -1}]}"#, "wanted a whole number from 0"),
            (#"{"callLimits": [{"service": "a.B", "rate": 1}]}"#, "no such key"),
            (#"{"callLimits": [{"service": "a.B"}, {"service": "a.B"}]}"#, "already"),
        ]
    )
    func mistakes(text: String, words: String) {
        #expect(HostConfigurationTests.words(in: text).contains(words))
    }

    @Test("A change is told")
    func change() throws {
        let changes = try ConfigurationChange.changes(from: load("{}"), to: load(Self.two))
        #expect(changes.map(\.description) == ["limits of services and methods changed"])
    }
}
