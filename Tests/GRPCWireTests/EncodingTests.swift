import GRPCWire
import Testing

@Suite struct TimeoutTests {
    private func parse(_ text: String) -> UInt64? {
        Array(text.utf8).withUnsafeBytes { Timeout.nanoseconds($0) }
    }

    @Test func everyUnitIsUnderstood() {
        #expect(parse("2H") == 7_200_000_000_000)
        #expect(parse("3M") == 180_000_000_000)
        #expect(parse("4S") == 4_000_000_000)
        #expect(parse("5m") == 5_000_000)
        #expect(parse("6u") == 6_000)
        #expect(parse("7n") == 7)
        #expect(parse("0n") == 0)
    }

    @Test func whatNoClockReachesIsTheFarthestThatOneCan() {
        #expect(parse("99999999H") == UInt64(Int64.max))
    }

    @Test(arguments: ["", "1", "S", "1x", "-1S", "+1S", "123456789S", "1.5S", "1 S", " 1S", "1S "])
    func anythingElseIsMalformed(text: String) {
        #expect(parse(text) == nil)
    }
}

@Suite struct PercentEncodingTests {
    private func encode(_ text: String) -> String {
        var output: [UInt8] = []
        PercentEncoding.encode(text.utf8, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test func printableASCIIStaysAsItIs() {
        #expect(encode("Room not found: a b~!") == "Room not found: a b~!")
    }

    @Test func everythingElseAndThePercentSignAreEscaped() {
        #expect(encode("100%\n\u{7F}é") == "100%25%0A%7F%C3%A9")
    }
}

@Suite struct PercentEncodingLimitTests {
    private func encode(_ text: String, limit: Int) -> String {
        var output = Array("x".utf8)
        PercentEncoding.encode(text.utf8, into: &output, limit: limit)
        return String(decoding: output.dropFirst(), as: UTF8.self)
    }

    @Test func aCharacterThatDoesNotFitIsLeftOutAsAWhole() {
        #expect(encode("aé", limit: 7) == "a%C3%A9")
        #expect(encode("aé", limit: 6) == "a")
        #expect(encode("a🎉b", limit: 12) == "a")
        #expect(encode("🎉", limit: 12) == "%F0%9F%8E%89")
    }
}

@Suite struct MetadataRulesTests {
    private func sendable(_ name: String) -> (headers: Bool, trailers: Bool) {
        Array(name.utf8).withUnsafeBytes { (MetadataRules.isSendableName($0), MetadataRules.isSendableTrailerName($0)) }
    }

    @Test(arguments: ["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-retry", "te", "A", ""])
    func reservedAndMalformedNamesAreNot(name: String) {
        #expect(sendable(name) == (false, false))
    }

    @Test func whenToTryAgainMayBeToldInTrailersAlone() {
        #expect(sendable("grpc-retry-pushback-ms") == (false, true))
        #expect(sendable("x-grpc-test-echo-trailing-bin") == (true, true))
    }
}

@Suite struct Base64Tests {
    private func decode(_ text: String) -> [UInt8]? {
        var output: [UInt8] = [42]
        guard Base64.decode(Array(text.utf8), into: &output) else {
            #expect(output == [42], "what was there must stay as it was")
            return nil
        }
        return Array(output.dropFirst())
    }

    @Test func paddedAndUnpaddedAreTheSame() {
        #expect(decode("AQ==") == [1])
        #expect(decode("AQ") == [1])
        #expect(decode("AQI=") == [1, 2])
        #expect(decode("AQI") == [1, 2])
        #expect(decode("AQID") == [1, 2, 3])
        #expect(decode("") == [])
    }

    @Test(arguments: ["A", "AQ=", "A===", "AQ==AQ==", "A Q=", "AQ-_", "AQIDA"]) func anythingElseIsMalformed(text: String) {
        #expect(decode(text) == nil)
    }

    @Test func whatIsEncodedIsUnpaddedAndComesBack() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 200) }
            var text: [UInt8] = []
            Base64.encode(bytes, into: &text)
            #expect(!text.contains(UInt8(ascii: "=")))
            #expect(decode(String(decoding: text, as: UTF8.self)) == bytes)
        }
    }
}
