import Testing

@testable import streamctl

@Suite struct HumanTests {
    @Test(
        arguments: [
            (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1_048_575, "1 MiB"), (89_128_960, "85 MiB"),
            (Int64.max, "8 EiB"), (-2048, "-2 KiB"),
        ] as [(Int64, String)]
    )
    func `bytes`(count: Int64, wanted: String) {
        #expect(Human.bytes(count) == wanted)
    }

    @Test(
        arguments: [
            (0, "0 ms"), (0.4, "0.4 ms"), (0.414, "0.41 ms"), (2.31, "2.3 ms"), (12.4, "12 ms"), (999.4, "999 ms"), (999.6, "1 s"),
            (1500, "1.5 s"),
            (59_940, "60 s"), (59_999, "0m 59s"), (192_000, "3m 12s"), (14_700_000, "4h 5m"), (273_600_000, "3d 4h"), (-1, "-"),
            (.nan, "-"),
            (.infinity, "-"), (1e300, "11574074074d 1h"),
        ] as [(Double, String)]
    )
    func `durations`(milliseconds: Double, wanted: String) {
        #expect(Human.milliseconds(milliseconds) == wanted)
    }

    @Test(
        arguments: [(0, "0"), (0.25, "0.25"), (38, "38"), (1234, "1.2k"), (12_345, "12k"), (1_300_000, "1.3M"), (.nan, "0")]
            as [(Double, String)]
    )
    func `rates`(value: Double, wanted: String) {
        #expect(Human.rate(value) == wanted)
    }

    @Test(
        arguments: [(1_767_600_772_123, "2026-01-05T08:12:52.123Z"), (0, "-"), (-5, "-"), (1007, "1970-01-01T00:00:01.007Z")]
            as [(Int64, String)]
    )
    func `moments are in UTC, as in the host's log`(milliseconds: Int64, wanted: String) {
        #expect(Human.moment(milliseconds) == wanted)
    }

    @Test func `text from elsewhere can't move the cursor`() {
        #expect(Printable.line("red\u{1B}[31m\r\nbell\u{07} \u{202E}back") == "red?[31m??bell? ?back")
        #expect(Printable.lines("one\ntwo\u{1B}") == "one\ntwo?")
        #expect(Printable.line("Grüße, 世界") == "Grüße, 世界")
    }
}
