import Testing

@testable import FileWatching

@Suite("The kernel's notices")
struct InotifyTests {
    /// As inotify(7) lays it out.
    func record(_ watch: Int32, _ mask: UInt32, _ name: String = "", padded length: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in [UInt32(bitPattern: watch), mask, 0, UInt32(length)] {
            withUnsafeBytes(of: word) { bytes += $0 }
        }
        return bytes + Array(name.utf8) + [UInt8](repeating: 0, count: length - name.utf8.count)
    }

    @Test("Records with and without a name are read one behind the other")
    func records() {
        let bytes = record(3, 0x100, "libx.so", padded: 16) + record(4, 0x400) + record(5, 0x80, "a", padded: 16)
        #expect(
            Inotify.notices(bytes[...]) == [
                .init(watch: 3, mask: .created, name: "libx.so"), .init(watch: 4, mask: .selfDeleted, name: nil),
                .init(watch: 5, mask: .movedIn, name: "a"),
            ]
        )
    }

    @Test("A record that is cut off is no crash")
    func cutOff() {
        let bytes = record(3, 0x100, "libx.so", padded: 16)
        #expect(Inotify.notices(bytes.prefix(15)) == [])
        #expect(Inotify.notices(bytes.prefix(20)).map(\.name) == ["libx"])
    }

    @Test("Waits are rounded up, so that nothing is awake too early again and again")
    func waits() {
        #expect(Polling.milliseconds(nil) == -1)
        #expect(Polling.milliseconds(.zero) == 0)
        #expect(Polling.milliseconds(.seconds(-5)) == 0)
        #expect(Polling.milliseconds(.nanoseconds(1)) == 1)
        #expect(Polling.milliseconds(.milliseconds(7)) == 7)
        #expect(Polling.milliseconds(.seconds(1_000_000_000)) == 86_400_000)
    }
}
