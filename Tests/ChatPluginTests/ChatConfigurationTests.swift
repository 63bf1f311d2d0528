import Foundation
import StreamHostPlugin
import Testing

@testable import ChatPlugin

@Suite("The configuration of chat")
struct ChatConfigurationTests {
    private func decode(_ json: String) throws -> ChatConfiguration {
        try JSONDecoder().decode(ChatConfiguration.self, from: Data(json.utf8))
    }

    @Test("has a default for everything")
    func defaults() throws {
        #expect(try decode("{}") == ChatConfiguration())
    }

    @Test("takes every key, and fractions of seconds")
    func everything() throws {
        let configuration = try decode(
            """
            {"historyMessages": 20, "historyBytes": 21, "heartbeatSeconds": 0.25, "maxRooms": 22, "maxNameBytes": 23,
            "maxContentBytes": 24}
            """
        )
        #expect(
            configuration
                == ChatConfiguration(
                    historyMessages: 20,
                    historyBytes: 21,
                    heartbeatSeconds: 0.25,
                    maxRooms: 22,
                    maxNameBytes: 23,
                    maxContentBytes: 24
                )
        )
    }

    @Test(
        "refuses in words what doesn't fit",
        arguments: [
            (#"{"histroyMessages": 5}"#, "$.histroyMessages: no such key; known here: heartbeatSeconds, historyBytes, historyMessages, "),
            (
                #"{"historyMessages": "all"}"#,
                #"$.historyMessages: found "all" (a string), wanted a whole number from 1 to 1000000"#
            ),
            (#"{"historyMessages": 0}"#, "$.historyMessages: found 0, wanted a whole number"),
            (#"{"historyMessages": 1.5}"#, "$.historyMessages: found 1.5, wanted a whole number"),
            (#"{"historyMessages": true}"#, "$.historyMessages: found true, wanted a whole number"),
            (#"{"historyMessages": null}"#, "$.historyMessages: found null, wanted a whole number"),
            (#"{"historyMessages": [1]}"#, "$.historyMessages: found an array, wanted a whole number"),
            (#"{"historyMessages": {}}"#, "$.historyMessages: found an object, wanted a whole number"),
            (#"{"heartbeatSeconds": -1}"#, "$.heartbeatSeconds: found -1, wanted a number from 0.01 to 86400.0"),
            (#"{"heartbeatSeconds": 0}"#, "$.heartbeatSeconds: found 0, wanted a number"),
            (#"{"heartbeatSeconds": "30"}"#, #"$.heartbeatSeconds: found "30" (a string), wanted a number"#),
            (#"{"maxRooms": -5}"#, "$.maxRooms: found -5, wanted a whole number from 1 to 10000000"),
        ]
    )
    func refused(json: String, words: String) {
        let error = #expect(throws: ConfigurationMismatch.self) { try decode(json) }
        #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
    }
}
