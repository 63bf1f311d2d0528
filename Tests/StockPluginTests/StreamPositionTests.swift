import Testing

@testable import StockPlugin

@Suite struct StreamPositionTests {
    private let tick = TickPosition(due: .milliseconds(123_456), timestamp: 1_700_000_000_123)

    private func walks(_ steps: Int) -> [PriceWalk] {
        Listing.stocks.map { listing in
            var walk = PriceWalk(listing, seed: 7)
            for _ in 0..<steps { _ = (walk.step(), walk.volume()) }
            return walk
        }
    }

    @Test(arguments: [0, 1, 2, 7, 1000])
    func `a walk goes on over a checkpoint as if nothing had been`(steps: Int) throws {
        var unbroken = walks(steps)
        let position = try StreamPosition(packed: StreamPosition(tick, unbroken).packed)
        #expect(position.tick == tick)
        var resumed = walks(0)
        for index in resumed.indices {
            resumed[index].resume(at: try #require(position[resumed[index].listing.name]))
            for _ in 0..<100 {
                #expect(resumed[index].step() == unbroken[index].step())
                #expect(resumed[index].volume() == unbroken[index].volume())
            }
        }
    }

    @Test func `bytes that are cut, too many or of another format are refused`() {
        let packed = StreamPosition(tick, walks(3)).packed
        for count in packed.indices {
            #expect(throws: (any Error).self) { try StreamPosition(packed: Array(packed.prefix(count))) }
        }
        #expect(throws: (any Error).self) { try StreamPosition(packed: packed + [0]) }
        #expect(throws: StreamPosition.Unusable.self) { try StreamPosition(packed: [2] + packed.dropFirst()) }
    }

    @Test func `a walk that can't go on is refused`() {
        var position = StreamPosition(tick, walks(1))
        for price in [Double.nan, .infinity, 0, -1] {
            let walk = position.walks[0]
            position.walks[0] = PriceWalk.Position(name: walk.name, exact: price, random: walk.random, spare: walk.spare)
            #expect(throws: StreamPosition.Unusable.self) { try StreamPosition(packed: position.packed) }
        }
        #expect(Xoshiro256(words: [0, 0, 0, 0]) == nil)
    }
}
