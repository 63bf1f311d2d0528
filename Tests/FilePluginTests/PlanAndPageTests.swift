import StreamHostPlugin
import Testing

@testable import FilePlugin

@Suite struct DownloadPlanTests {
    private func pieces(_ size: Int64) -> [DownloadPlan.Piece] {
        var plan = DownloadPlan(size: size, chunkSize: 10)
        var pieces: [DownloadPlan.Piece] = []
        while let piece = plan.next() { pieces.append(piece) }
        return pieces
    }

    @Test(arguments: [(1, [1]), (9, [9]), (10, [10]), (11, [10, 1]), (30, [10, 10, 10])] as [(Int64, [Int])])
    func `pieces are whole but the last, which alone says so`(size: Int64, counts: [Int]) {
        let pieces = pieces(size)
        #expect(pieces.map(\.count) == counts)
        #expect(pieces.map(\.offset) == counts.indices.map { Int64($0) * 10 })
        #expect(pieces.map(\.isLast) == counts.indices.map { $0 == counts.count - 1 })
    }
}

@Suite struct PageTests {
    @Test func `the first ten by default`() throws {
        let page = try Page(number: 0, size: 0)
        #expect(page.start == 0 && page.size == 10)
        #expect(try page == Page(number: 1, size: 10))
    }

    @Test func `pages follow each other`() throws {
        #expect(try Page(number: 3, size: 7).start == 14)
    }

    @Test func `huge pages are cut and don't overflow`() throws {
        let page = try Page(number: .max, size: .max)
        #expect(page.size == 200 && page.start == (Int(Int32.max) - 1) * 200)
    }

    @Test(arguments: [(-1, 0), (0, -1), (Int32.min, Int32.min)] as [(Int32, Int32)])
    func `negative ones are refused`(number: Int32, size: Int32) {
        let error = #expect(throws: RPCError.self) { try Page(number: number, size: size) }
        #expect(error?.code == .invalidArgument && error?.message.contains("page") == true)
    }
}
