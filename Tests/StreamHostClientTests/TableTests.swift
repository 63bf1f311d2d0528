import Testing

@testable import streamctl

@Suite struct TableTests {
    @Test func `columns are as wide as their widest cell, numbers to the right`() {
        var table = Table([.text("NAME"), .number("CALLS"), .text("NOTE")])
        table.add(["chat", "7", ""])
        table.add(["a-long-name", "12345678", "x"])
        #expect(
            table.lines == [
                "NAME            CALLS  NOTE",
                "chat                7",
                "a-long-name  12345678  x",
            ]
        )
    }

    @Test func `cells that are missing are empty, and those too many are left out`() {
        var table = Table([.text("A"), .text("B")])
        table.add(["1"])
        table.add(["1", "2", "3"])
        #expect(table.lines == ["A  B", "1", "1  2"])
    }

    @Test func `a cell stays in its line`() {
        var table = Table([.text("A")])
        table.add(["one\ntwo"])
        #expect(table.lines == ["A", "one?two"])
    }
}
