import Testing

@testable import ChatPlugin

@Suite("Message ids")
struct MessageIDsTests {
    @Test("are unique, also between two that began apart")
    func unique() {
        let (one, two) = (MessageIDs(), MessageIDs())
        var seen: Set<String> = []
        for _ in 0..<1000 {
            seen.insert(one.next())
            seen.insert(two.next())
        }
        #expect(seen.count == 2000)
    }
}
