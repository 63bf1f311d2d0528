import Foundation
import StreamHostPlugin
import Testing

@testable import FilePlugin

@Suite struct FileConfigurationTests {
    private func decoded(_ json: String) throws -> FileConfiguration {
        try JSONDecoder().decode(FileConfiguration.self, from: Data(json.utf8))
    }

    private func mismatch(_ json: String) -> String? {
        (#expect(throws: ConfigurationMismatch.self) { try decoded(json) })?.description
    }

    @Test func `50 MB by default, and on the disk before the answer`() throws {
        #expect(try decoded("{}") == FileConfiguration())
        #expect(FileConfiguration().maxFileBytes == 52_428_800 && FileConfiguration().sync)
    }

    @Test func `both can be set`() throws {
        let configuration = try decoded(#"{"maxFileBytes":1,"sync":false}"#)
        #expect(configuration.maxFileBytes == 1 && !configuration.sync)
    }

    @Test func `mistakes are refused with their key`() {
        #expect(mismatch(#"{"maxFileByte":1}"#) == "$.maxFileByte: no such key; known here: maxFileBytes, sync")
        #expect(
            mismatch(#"{"maxFileBytes":0}"#)
                == "$.maxFileBytes: found 0, wanted a whole number from 1 to 1125899906842624"
        )
    }

    @Test(arguments: [#""50 MB""#, "null", "0.5", "{}"])
    func `what is no whole number is refused`(value: String) {
        let message = mismatch("{\"maxFileBytes\":\(value)}")
        #expect(message?.hasPrefix("$.maxFileBytes: found ") == true)
    }

    @Test func `sync is a word, not a number`() {
        #expect(throws: DecodingError.self) { try decoded(#"{"sync":1}"#) }
    }
}

@Suite struct DiskErrorTests {
    @Test(arguments: [
        (ENOSPC, RPCError.Code.resourceExhausted), (EDQUOT, .resourceExhausted), (EMFILE, .resourceExhausted),
        (EIO, .internalError),
    ])
    func `a client learns what concerns it, and no path`(number: Int32, code: RPCError.Code) {
        let error = DiskError(number, "write", "/secret/place")
        #expect(error.forClient.code == code && !error.forClient.message.contains("secret"))
        #expect(error.description.contains("/secret/place"))
    }
}
