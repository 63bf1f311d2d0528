import Testing

@testable import GRPCWire

/// `traceparent`, by the examples and the rules of W3C Trace Context.
@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    private func parse(_ text: String) -> TraceContext? { Array(text.utf8).withUnsafeBytes { TraceContext(traceparent: $0) } }

    @Test func theStandardsExampleIsTaken() throws {
        let context = try #require(parse("00-\(Self.trace)-\(Self.parent)-01"))
        #expect(context.traceText == Self.trace)
        #expect(context.parentText == Self.parent)
        // Other flags than 00 and 01 are for later versions.
        #expect(parse("00-\(Self.trace)-\(Self.parent)-fe") == context)
    }

    @Test func leadingZerosStay() {
        #expect(parse("00-0000000000000000000000000000000a-000000000000000b-01")?.traceText == "0000000000000000000000000000000a")
        #expect(parse("00-0000000000000000000000000000000a-000000000000000b-01")?.parentText == "000000000000000b")
    }

    @Test func aLaterVersionIsReadAsFarAsItIsKnown() {
        #expect(parse("01-\(Self.trace)-\(Self.parent)-01") != nil)
        #expect(parse("cc-\(Self.trace)-\(Self.parent)-01-what-the-future-will-be-like") != nil)
        #expect(parse("cc-\(Self.trace)-\(Self.parent)-01-") != nil)
        #expect(parse("cc-\(Self.trace)-\(Self.parent)-01.what") == nil)
    }

    @Test(
        arguments: [
            "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-", "00-\(trace)-\(parent)-1", "00-\(trace)-\(parent)-011",
            "00-\(trace)-\(parent)-01-", "00-\(trace)-\(parent)-01-extra", "ff-\(trace)-\(parent)-01", "0g-\(trace)-\(parent)-01",
            "00-00000000000000000000000000000000-\(parent)-01", "00-\(trace)-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(parent)-01", "00-\(trace)-00F067AA0BA902B7-01", "00-\(trace)-\(parent)-0G",
            "00_\(trace)-\(parent)-01", "00-\(trace)_\(parent)-01", " 00-\(trace)-\(parent)-01", "00-\(trace)-\(parent)-01 ",
        ]
    )
    func whatIsNoneIsLeftAlone(text: String) {
        #expect(parse(text) == nil)
    }

    @Test func ofSeveralNoneCounts() {
        func metadata(_ values: String...) -> MetadataBlock {
            values.reduce(into: MetadataBlock()) { block, value in
                Array("traceparent".utf8).withUnsafeBytes { name in
                    Array(value.utf8).withUnsafeBytes { block.append(name: name, value: $0) }
                }
            }
        }
        let good = "00-\(Self.trace)-\(Self.parent)-01"
        #expect(TraceContext(metadata()) == nil)
        #expect(TraceContext(metadata(good))?.traceText == Self.trace)
        #expect(TraceContext(metadata(good, good)) == nil)
        #expect(TraceContext(metadata("no", good)) == nil)
    }
}
